// Package createrelease makes a release of a project when its packages are there.
package createrelease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/project"
)

// Store is where packages, projects and releases are kept.
type Store interface {
	Package(ctx context.Context, name string, v pipeline.Version) (pipeline.Package, error)
	LatestPackage(ctx context.Context, name string) (pipeline.Package, error)
	Uses(ctx context.Context, name string) ([]pipeline.PackageUse, error)
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Document(ctx context.Context, project, digest string) ([]byte, error)
	ReleaseOf(ctx context.Context, project string, v pipeline.Version) (pipeline.Release, error)
	Releases(ctx context.Context, project string, below, n int) ([]pipeline.Release, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// A Handler creates releases.
type Handler struct {
	store Store
	now   func() time.Time
}

// New returns a handler.
func New(store Store, now func() time.Time) *Handler { return &Handler{store, now} }

// Handle offers a package that was registered to every project that uses it, and
// to a project that takes up packages the latest version of each. So the release
// is made whether the package or the project comes first. A release that exists
// changes nothing.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	switch e.DetailType {
	case events.PackageRegistered{}.Type():
		var registered events.PackageRegistered
		if err := json.Unmarshal(e.Detail, &registered); err != nil {
			return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
		}
		return struct{}{}, h.offer(ctx, registered)
	case events.ProjectApplied{}.Type():
		var applied events.ProjectApplied
		if err := json.Unmarshal(e.Detail, &applied); err != nil {
			return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
		}
		return struct{}{}, h.takeUp(ctx, applied)
	}
	return struct{}{}, fmt.Errorf("event %s of type %q releases nothing: %w", e.ID, e.DetailType, pipeline.ErrInvalid)
}

func (h *Handler) offer(ctx context.Context, registered events.PackageRegistered) error {
	version, err := pipeline.ParseVersion(registered.Version)
	if err != nil {
		return err
	}
	uses, err := h.store.Uses(ctx, registered.Package)
	if err != nil {
		return fmt.Errorf("find projects of package %s: %w", registered.Package, err)
	}
	for _, use := range uses {
		if err := h.create(ctx, use.Project, version); err != nil {
			return err
		}
	}
	return nil
}

func (h *Handler) takeUp(ctx context.Context, applied events.ProjectApplied) error {
	for _, name := range applied.Added {
		latest, err := h.store.LatestPackage(ctx, name)
		if errors.Is(err, pipeline.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("find the latest version of package %s: %w", name, err)
		}
		if err := h.create(ctx, applied.Project, latest.Version); err != nil {
			return err
		}
	}
	return nil
}

// create makes release v of a project if all its packages have that version and
// one of its channels takes it.
func (h *Handler) create(ctx context.Context, name string, v pipeline.Version) error {
	err := h.store.Change(ctx, pipeline.ProjectChain(name), func(ctx context.Context) (pipeline.Change, error) {
		_, err := h.store.ReleaseOf(ctx, name, v)
		if !errors.Is(err, pipeline.ErrNotFound) {
			return pipeline.Change{}, err
		}
		r, ok, err := h.snapshot(ctx, name, v)
		if err != nil || !ok {
			return pipeline.Change{}, err
		}
		return pipeline.Change{By: pipeline.System, Release: &r, Events: []events.Event{r.Create()}}, nil
	})
	if err != nil {
		return fmt.Errorf("create release %s of %s: %w", v, name, err)
	}
	return nil
}

// snapshot returns the release; ok is false when it isn't due.
func (h *Handler) snapshot(ctx context.Context, name string, v pipeline.Version) (r pipeline.Release, ok bool, err error) {
	record, err := h.store.Project(ctx, name)
	if err != nil {
		return r, false, err
	}
	source, err := h.store.Document(ctx, name, record.Document)
	if err != nil {
		return r, false, err
	}
	d, err := project.Parse(source)
	if err != nil {
		return r, false, err
	}
	channel, ok := d.Project.Channel(v)
	if !ok {
		return r, false, nil
	}
	r = pipeline.Release{Project: name, Version: v, Channel: channel.Name, Document: record.Document, CreatedAt: h.now()}
	for _, ref := range d.Project.Packages {
		p, err := h.store.Package(ctx, ref.Name, v)
		switch {
		case errors.Is(err, pipeline.ErrNotFound):
			return r, false, nil
		case err != nil:
			return r, false, err
		case !ref.Takes(p):
			return r, false, nil
		}
		r.Add(p)
	}
	r.Number, err = h.nextNumber(ctx, name)
	return r, err == nil, err
}

func (h *Handler) nextNumber(ctx context.Context, name string) (int, error) {
	last, err := h.store.Releases(ctx, name, 0, 1)
	if err != nil || len(last) == 0 {
		return 1, err
	}
	return last[0].Number + 1, nil
}
