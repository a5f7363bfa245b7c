package registerpackage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/images"
	"slipway/shared/pipeline"
)

// registerPush registers the image that was pushed as a version of each package that
// is pushed to its repository. One without a tag, or with one that isn't meant as a
// version, is nobody's package; nor is one that no project file has asked for: when
// one does, the sweep finds it.
func (h *Handler) registerPush(ctx context.Context, by string, at time.Time, action events.ImageAction) error {
	if action.Result != "SUCCESS" || action.ActionType != "PUSH" || !pipeline.IsVersionTag(action.ImageTag) {
		return nil
	}
	sources, err := h.packages.Sources(ctx, action.RepositoryName)
	if err != nil {
		return fmt.Errorf("find packages of repository %s: %w", action.RepositoryName, err)
	}
	for _, s := range sources {
		pushed := images.Image{Repository: s.Repository, Tag: action.ImageTag, Digest: action.ImageDigest, PushedAt: at}
		if err := h.RegisterImage(ctx, s.Package, pushed, by); err != nil {
			return err
		}
	}
	return nil
}

// RegisterImage registers an image as a version of a package, or refuses it with a
// package.rejected.v1 event, once.
func (h *Handler) RegisterImage(ctx context.Context, name string, i images.Image, by string) error {
	at := pipeline.Location{Repository: i.Repository, Key: i.Tag, VersionID: i.Digest}
	p, err := h.inspectImage(ctx, name, i, at)
	return h.conclude(ctx, p, err, by, rejection{at, events.PackageRejected{Package: name, Version: p.Version.String(),
		Repository: i.Repository, Tag: i.Tag, Digest: i.Digest}})
}

// inspectImage returns the package that i is. It returns [pipeline.ErrInvalid] when it
// can't be one.
func (h *Handler) inspectImage(ctx context.Context, name string, i images.Image, at pipeline.Location) (pipeline.Package, error) {
	version, err := pipeline.ParseVersion(i.Tag)
	if err != nil {
		return pipeline.Package{}, fmt.Errorf("tag %q of repository %s: %w", i.Tag, i.Repository, err)
	}
	p := pipeline.Package{Name: name, Version: version, Feed: pipeline.FeedECR, Digest: i.Digest, Location: at,
		PushedAt: i.PushedAt, RegisteredAt: h.now()}
	found, err := h.images.Find(ctx, i.Repository, i.Tag, i.Digest)
	var labels map[string]string
	if err == nil {
		labels, err = h.images.Labels(ctx, i.Repository, i.Digest)
	}
	if errors.Is(err, pipeline.ErrNotFound) {
		return p, fmt.Errorf("image %s:%s: it was deleted before it could be registered; push it again: %w", i.Repository, i.Tag, pipeline.ErrInvalid)
	}
	p.Location.Size, p.Build = found.Size, labelled(labels)
	return p, err
}

// labelled reads the build information from an image's labels: Slipway's own, or the
// commit and its time by the OCI image specification's annotation keys.
func labelled(l map[string]string) events.Build {
	return events.Build{Commit: cmp.Or(l["slipway.commit"], l["org.opencontainers.image.revision"]), Branch: l["slipway.branch"],
		URL: l["slipway.build-url"], Author: l["slipway.author"], CommittedAt: l["slipway.committed-at"]}
}
