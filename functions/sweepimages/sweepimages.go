// Package sweepimages registers the images that events have missed: ECR's events are
// best effort, and none tells of images that were there before a project.
package sweepimages

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"slipway/events"
	"slipway/shared/images"
	"slipway/shared/pipeline"
)

// Due is the detail-type of the event that the schedule sends.
const Due = "Sweep Due"

// Store is where projects and sources are kept.
type Store interface {
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Sources(ctx context.Context, repository string) ([]pipeline.Source, error)
}

// Images lists what is in a repository.
type Images interface {
	Tagged(ctx context.Context, repository string) iter.Seq2[images.Image, error]
}

// A Registrar registers images as packages, once each.
type Registrar interface {
	RegisterImage(ctx context.Context, name string, i images.Image, by string) error
}

// A Handler sweeps repositories.
type Handler struct {
	store        Store
	images       Images
	registrar    Registrar
	ledger       Ledger
	repositories []string
	now          func() time.Time
}

// New returns a handler that sweeps the installation's repositories.
func New(store Store, i Images, r Registrar, l Ledger, repositories []string, now func() time.Time) *Handler {
	return &Handler{store, i, r, l, repositories, now}
}

// Handle sweeps every repository when the schedule asks for it, and a project's own
// when its file was applied.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	switch e.DetailType {
	case Due:
		return struct{}{}, h.sweepAll(ctx, h.repositories)
	case events.ProjectApplied{}.Type():
		var applied events.ProjectApplied
		if err := json.Unmarshal(e.Detail, &applied); err != nil {
			return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
		}
		record, err := h.store.Project(ctx, applied.Project)
		if err != nil {
			return struct{}{}, err
		}
		var repositories []string
		for _, s := range record.Sources {
			repositories = append(repositories, s.Repository)
		}
		return struct{}{}, h.sweepAll(ctx, repositories)
	}
	return struct{}{}, fmt.Errorf("event %s of type %q asks for no sweep: %w", e.ID, e.DetailType, pipeline.ErrInvalid)
}

// sweepAll sweeps each repository, also when another one can't be swept.
func (h *Handler) sweepAll(ctx context.Context, repositories []string) error {
	var failed error
	for _, repository := range repositories {
		if err := h.sweep(ctx, repository); err != nil {
			failed = errors.Join(failed, fmt.Errorf("sweep repository %s: %w", repository, err))
		}
	}
	return failed
}

func (h *Handler) sweep(ctx context.Context, repository string) error {
	sources, err := h.store.Sources(ctx, repository)
	if err != nil || len(sources) == 0 {
		return err
	}
	now := h.now() // before the list is read: what comes while it is read came after this sweep
	var found []images.Image
	for i, err := range h.images.Tagged(ctx, repository) {
		if err != nil {
			return err
		}
		if pipeline.IsVersionTag(i.Tag) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b images.Image) int {
		return cmp.Or(a.PushedAt.Compare(b.PushedAt), cmp.Compare(a.Tag, b.Tag))
	})
	var failed error
	for _, s := range sources {
		failed = errors.Join(failed, h.settle(ctx, s, found, now))
	}
	return failed
}

// settle registers the images among found, the oldest first, that the ledger does
// not have as settled, and notes there all but those that failed: one image that can't
// be read holds no other up. The note comes last, so that whatever is cut off before is
// done again, which is harmless.
func (h *Handler) settle(ctx context.Context, s pipeline.Source, found []images.Image, now time.Time) error {
	before, err := h.ledger.read(ctx, s)
	if err != nil {
		return err
	}
	due := outstanding(found, before.Settled)
	if before.At.IsZero() {
		due = adopted(found, s)
	}
	var failed error
	settled := slices.Clone(found)
	for _, i := range due {
		if tagged(found, i) || i.PushedAt.Before(before.At) {
			i.PushedAt = now
		}
		if err := h.registrar.RegisterImage(ctx, s.Package, i, pipeline.System); err != nil {
			failed = errors.Join(failed, fmt.Errorf("register image %s:%s: %w", i.Repository, i.Tag, err))
			settled = slices.DeleteFunc(settled, func(o images.Image) bool { return o.Tag == i.Tag })
		}
	}
	if failed != nil {
		now = before.At // for those that failed, as if there had been no sweep
	}
	return errors.Join(failed, h.ledger.write(ctx, s, settled, now))
}

// tagged tells whether i was tagged with a version after it had been pushed with
// another one. ECR tells when an image was pushed, not when it got a tag: for such a
// one, and for one that was there before the last sweep without it, now is the time
// that is known.
func tagged(found []images.Image, i images.Image) bool {
	return slices.ContainsFunc(found, func(o images.Image) bool { return o.Digest == i.Digest && o.Tag != i.Tag })
}

// outstanding returns the images whose tag is not settled, or is so with another digest.
func outstanding(found []images.Image, settled map[string]string) []images.Image {
	return slices.DeleteFunc(slices.Clone(found), func(i images.Image) bool { return settled[i.Tag] == i.Digest })
}

// adopted returns what a repository that is swept for the first time brings: the
// images since the project has asked for it, and the last before; a project that
// takes up a repository doesn't release everything that was ever pushed there.
func adopted(found []images.Image, s pipeline.Source) []images.Image {
	before, _ := slices.BinarySearchFunc(found, s, func(i images.Image, s pipeline.Source) int { return i.PushedAt.Compare(s.Since) })
	return found[max(0, before-1):]
}
