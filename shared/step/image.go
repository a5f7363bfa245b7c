package step

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/shared/pipeline"
)

// Images finds repositories.
type Images interface {
	// URI returns a repository's address without tag or digest, or [pipeline.ErrNotFound].
	URI(ctx context.Context, repository string) (string, error)
}

// ImageVariable returns the environment variable in which scripts find the address of
// an image package, such as SLIPWAY_IMAGE_API for api.
func ImageVariable(name string) string {
	return "SLIPWAY_IMAGE_" + strings.Map(func(r rune) rune {
		if r == '.' || r == '-' {
			return '_'
		}
		return r
	}, strings.ToUpper(name))
}

// imageVariables returns the addresses of the release's images, pinned to their
// digests, sorted by package.
func imageVariables(ctx context.Context, registry Images, packages map[string]Artifact) ([]Variable, error) {
	var all []Variable
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		a := packages[name]
		if a.Repository == "" {
			continue
		}
		uri, err := registry.URI(ctx, a.Repository)
		switch {
		case errors.Is(err, pipeline.ErrNotFound):
			return nil, permanent("PackageGone", "repository %s of package %s@%s has been deleted; push a new version", a.Repository, name, a.Version)
		case err != nil:
			return nil, fmt.Errorf("find image of package %s@%s: %w", name, a.Version, err)
		}
		all = append(all, Variable{Name: ImageVariable(name), Value: uri + "@" + a.Digest})
	}
	return all, nil
}
