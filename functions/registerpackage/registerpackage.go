// Package registerpackage makes packages of what was pushed: of an object in the
// packages bucket, or of an image in an ECR repository.
package registerpackage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"slipway/events"
	"slipway/shared/archive"
	"slipway/shared/images"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// Packages is where packages are registered.
type Packages interface {
	Package(ctx context.Context, name string, v pipeline.Version) (pipeline.Package, error)
	Rejection(ctx context.Context, l pipeline.Location) (pipeline.Rejection, error)
	Sources(ctx context.Context, repository string) ([]pipeline.Source, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Objects is where objects were pushed.
type Objects interface {
	Stat(ctx context.Context, l objects.Location) (objects.Info, error)
	Read(ctx context.Context, l objects.Location) (io.ReadCloser, error)
	Open(ctx context.Context, l objects.Location) (*io.SectionReader, error)
}

// Images is where images were pushed.
type Images interface {
	Find(ctx context.Context, repository, tag, digest string) (images.Image, error)
	Labels(ctx context.Context, repository, digest string) (map[string]string, error)
}

// A Handler registers packages.
type Handler struct {
	packages Packages
	objects  Objects
	images   Images
	now      func() time.Time
}

// New returns a handler.
func New(packages Packages, o Objects, i Images, now func() time.Time) *Handler {
	return &Handler{packages, o, i, now}
}

// The detail-types of the events that tell of a push.
const (
	objectCreated = "Object Created"
	imageAction   = "ECR Image Action"
)

// Handle registers the object or the image as a package version, pinned to its
// digest, or refuses it with a package.rejected.v1 event. What is registered or
// refused already changes nothing.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	switch e.DetailType {
	case objectCreated:
		var created events.ObjectCreated
		if err := json.Unmarshal(e.Detail, &created); err != nil {
			return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
		}
		return struct{}{}, h.registerObject(ctx, e.Time, created)
	case imageAction:
		var action events.ImageAction
		if err := json.Unmarshal(e.Detail, &action); err != nil {
			return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
		}
		return struct{}{}, h.registerPush(ctx, e.Account, e.Time, action)
	}
	return struct{}{}, fmt.Errorf("event %s of type %q registers nothing: %w", e.ID, e.DetailType, pipeline.ErrInvalid)
}

func (h *Handler) registerObject(ctx context.Context, pushed time.Time, e events.ObjectCreated) error {
	at := pipeline.Location{Bucket: e.Bucket.Name, Key: e.Object.Key, VersionID: e.Object.VersionID, Size: e.Object.Size}
	if at.Bucket == "" || at.Key == "" {
		return fmt.Errorf("an event of an object names none: %w", pipeline.ErrInvalid)
	}
	p, err := h.inspect(ctx, at)
	p.PushedAt = pushed
	name, version, _ := pipeline.ParsePackageKey(at.Key) // what can be read of a bad key
	return h.conclude(ctx, p, err, e.Requester, rejection{at, events.PackageRejected{Package: name, Version: version.String(),
		Bucket: at.Bucket, Key: at.Key}})
}

// A rejection is how a push would be refused.
type rejection struct {
	at    pipeline.Location
	event events.PackageRejected // but for its message
}

// conclude registers p, or refuses the push when err, which came of inspecting it, or
// the package's history says so.
func (h *Handler) conclude(ctx context.Context, p pipeline.Package, err error, by string, r rejection) error {
	refused := errors.Is(err, pipeline.ErrInvalid) // and not ErrRefused: that S3 denies access is no fault of the object's
	if err == nil {
		err = h.register(ctx, p, by)
		refused = errors.Is(err, pipeline.ErrRefused)
	}
	if refused {
		err = h.reject(ctx, r, by, err)
	}
	return err
}

// inspect reads the object and returns the package that it is. It returns
// [pipeline.ErrInvalid] when it can't be one.
func (h *Handler) inspect(ctx context.Context, at pipeline.Location) (pipeline.Package, error) {
	name, version, err := pipeline.ParsePackageKey(at.Key)
	if err != nil {
		return pipeline.Package{}, err
	}
	l := objects.Location{Bucket: at.Bucket, Key: at.Key, VersionID: at.VersionID}
	info, err := h.objects.Stat(ctx, l)
	if errors.Is(err, pipeline.ErrNotFound) {
		return pipeline.Package{}, fmt.Errorf("key %q: the object was deleted before it could be registered; push it again: %w", at.Key, pipeline.ErrInvalid)
	}
	if err != nil {
		return pipeline.Package{}, fmt.Errorf("look at %s: %w", l, err)
	}
	at.Size = info.Size
	if err := h.check(ctx, l, info.Size); err != nil {
		return pipeline.Package{}, err
	}
	digest, err := h.digest(ctx, l)
	return pipeline.Package{Name: name, Version: version, Feed: pipeline.FeedS3, Digest: digest, Location: at,
		Build: build(info.Metadata), RegisteredAt: h.now()}, err
}

// check refuses a zip archive that is damaged or hostile.
func (h *Handler) check(ctx context.Context, l objects.Location, size int64) error {
	if !strings.HasSuffix(strings.ToLower(l.Key), ".zip") {
		return nil
	}
	r, err := h.objects.Open(ctx, l)
	if err != nil {
		return fmt.Errorf("open %s: %w", l, err)
	}
	if _, err := archive.Open(r, size, archive.Limits{}); err != nil {
		return fmt.Errorf("%s: %w", l.Key, err)
	}
	return nil
}

func (h *Handler) digest(ctx context.Context, l objects.Location) (string, error) {
	body, err := h.objects.Read(ctx, l)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", l, err)
	}
	defer body.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil {
		return "", fmt.Errorf("read %s: %w", l, err)
	}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil)), nil
}

// build reads the build information from an object's metadata.
func build(metadata map[string]string) events.Build {
	return events.Build{Commit: metadata["commit"], Branch: metadata["branch"], URL: metadata["build-url"],
		Author: metadata["author"], CommittedAt: metadata["committed-at"]}
}

// register writes p unless it is there. It returns [pipeline.ErrRefused] when the
// version has another digest.
func (h *Handler) register(ctx context.Context, p pipeline.Package, by string) error {
	return h.packages.Change(ctx, pipeline.PackageChain(p.Name), func(ctx context.Context) (pipeline.Change, error) {
		known, err := h.packages.Package(ctx, p.Name, p.Version)
		switch {
		case errors.Is(err, pipeline.ErrNotFound):
			return pipeline.Change{By: by, Packages: []pipeline.Package{p}, Events: []events.Event{p.Register()}}, nil
		case err != nil:
			return pipeline.Change{}, err
		case known.Digest != p.Digest:
			return pipeline.Change{}, fmt.Errorf("package %s %s is %s, and a version stays what it is; this one is %s: push it under a new version: %w",
				p.Name, p.Version, known.Digest, p.Digest, pipeline.ErrRefused)
		}
		return pipeline.Change{}, nil
	})
}

// reject records that the push was refused and why.
func (h *Handler) reject(ctx context.Context, r rejection, by string, why error) error {
	chain := pipeline.IntakeChain
	if r.event.Package != "" {
		chain = pipeline.PackageChain(r.event.Package)
	}
	r.event.Message = pipeline.Message(why)
	return h.packages.Change(ctx, chain, func(ctx context.Context) (pipeline.Change, error) {
		_, err := h.packages.Rejection(ctx, r.at)
		if !errors.Is(err, pipeline.ErrNotFound) {
			return pipeline.Change{}, err
		}
		return pipeline.Change{By: by,
			Rejections: []pipeline.Rejection{{Location: r.at, Message: r.event.Message, At: h.now()}},
			Events:     []events.Event{r.event}}, nil
	})
}
