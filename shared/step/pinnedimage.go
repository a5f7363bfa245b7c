package step

import (
	"context"
	"errors"
	"fmt"

	"slipway/shared/pipeline"
)

// pinnedImage returns the address of the image of the package of that name, with its
// digest. The error is a permanent [*Failure] when the package is no image or is gone.
func pinnedImage(ctx context.Context, registry Images, name string, a Artifact) (string, error) {
	if a.Repository == "" {
		return "", permanent("NotAnImage", "package %s@%s is a file, and the step runs images; name a package of the feed ecr", name, a.Version)
	}
	uri, err := registry.URI(ctx, a.Repository)
	switch {
	case errors.Is(err, pipeline.ErrNotFound):
		return "", permanent("PackageGone", "repository %s of package %s@%s has been deleted; push a new version", a.Repository, name, a.Version)
	case err != nil:
		return "", fmt.Errorf("find image of package %s@%s: %w", name, a.Version, err)
	}
	return uri + "@" + a.Digest, nil
}
