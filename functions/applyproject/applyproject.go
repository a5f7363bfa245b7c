// Package applyproject puts a project file into force, or refuses it.
package applyproject

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"slipway/events"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/project"
	"slipway/shared/trigger"
)

// Projects is where projects are kept.
type Projects interface {
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Uses(ctx context.Context, name string) ([]pipeline.PackageUse, error)
	Rejection(ctx context.Context, l pipeline.Location) (pipeline.Rejection, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Objects is where project files are pushed.
type Objects interface {
	Read(ctx context.Context, l objects.Location) (io.ReadCloser, error)
}

// A Handler applies project files.
type Handler struct {
	projects Projects
	objects  Objects
	triggers *Triggers
	platform platform.Platform
	now      func() time.Time
}

// New returns a handler that checks files against p.
func New(projects Projects, objects Objects, triggers *Triggers, p platform.Platform, now func() time.Time) *Handler {
	return &Handler{projects, objects, triggers, p, now}
}

// Handle applies the project file that was pushed, or keeps the triggers of projects in
// step with the files in force: of one project when its file has taken effect or its
// triggers were paused or resumed, of all when it is time to look.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	switch {
	case e.Source == events.Source && e.DetailType == trigger.Sweep:
		return struct{}{}, h.triggers.SyncAll(ctx)
	case e.Source == events.Source:
		var of struct {
			Project string `json:"project"`
		}
		if err := json.Unmarshal(e.Detail, &of); err != nil || of.Project == "" {
			return struct{}{}, fmt.Errorf("event %s of type %s names no project: %w", e.ID, e.DetailType, pipeline.ErrInvalid)
		}
		return struct{}{}, h.triggers.Sync(ctx, of.Project)
	}
	pushed := events.Envelope[events.ObjectCreated]{ID: e.ID, Time: e.Time}
	if err := json.Unmarshal(e.Detail, &pushed.Detail); err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	return h.pushed(ctx, pushed)
}

// pushed applies the project file, or refuses it with a project.rejected.v1 event and
// leaves the project as it was. A file that is in force already, was refused already,
// or is older than the one in force, changes nothing.
func (h *Handler) pushed(ctx context.Context, e events.Envelope[events.ObjectCreated]) (struct{}, error) {
	at := pipeline.Location{Bucket: e.Detail.Bucket.Name, Key: e.Detail.Object.Key, VersionID: e.Detail.Object.VersionID, Size: e.Detail.Object.Size}
	if at.Bucket == "" || at.Key == "" {
		return struct{}{}, fmt.Errorf("event %s names no object: %w", e.ID, pipeline.ErrInvalid)
	}
	by := e.Detail.Requester
	source, err := h.read(ctx, at)
	if err == nil {
		name, _ := pipeline.ParseProjectKey(at.Key) // read has checked it
		_, err = h.Apply(ctx, File{Project: name, Source: source, By: by, At: e.Time, Sequencer: e.Detail.Object.Sequencer})
	}
	if errors.Is(err, pipeline.ErrInvalid) {
		err = h.reject(ctx, at, by, err)
	}
	return struct{}{}, err
}

func (h *Handler) read(ctx context.Context, at pipeline.Location) ([]byte, error) {
	if _, err := pipeline.ParseProjectKey(at.Key); err != nil {
		return nil, err
	}
	l := objects.Location{Bucket: at.Bucket, Key: at.Key, VersionID: at.VersionID}
	body, err := h.objects.Read(ctx, l)
	if errors.Is(err, pipeline.ErrNotFound) {
		return nil, fmt.Errorf("key %q: the object was deleted before it could be applied; push it again: %w", at.Key, pipeline.ErrInvalid)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l, err)
	}
	defer body.Close()
	// One byte more than is allowed tells a file that is too large.
	source, err := io.ReadAll(io.LimitReader(body, project.MaxSource+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l, err)
	}
	return source, nil
}

// A File is a project file that somebody wants in force.
type File struct {
	Project   string // that it must be of
	Source    []byte
	By        string
	At        time.Time // when it was handed in
	Sequencer string    // S3's, "" if it did not come by S3
}

// Apply puts f into force, with the triggers of its runbooks, and returns the project's
// record. Its errors are [project.Problems], which wrap [pipeline.ErrInvalid], when the
// file is not sound. Should it be cut off between the two, the event of the file's
// taking effect brings the triggers in step.
func (h *Handler) Apply(ctx context.Context, f File) (pipeline.ProjectRecord, error) {
	d, err := h.check(f)
	if err != nil {
		return pipeline.ProjectRecord{}, err
	}
	var record pipeline.ProjectRecord
	err = h.projects.Change(ctx, pipeline.ProjectChain(f.Project), func(ctx context.Context) (pipeline.Change, error) {
		was, err := h.projects.Project(ctx, f.Project)
		if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
			return pipeline.Change{}, err
		}
		if f.outdated(was) {
			record = was
			return pipeline.Change{}, nil
		}
		if err := h.checkFeeds(ctx, d); err != nil {
			return pipeline.Change{}, err
		}
		record = f.record(d, was)
		return change(f, d.Project, record, was), nil
	})
	if err != nil {
		return record, err
	}
	return record, h.triggers.Sync(ctx, f.Project)
}

// check parses f and holds it against the platform.
func (h *Handler) check(f File) (project.Document, error) {
	d, err := project.Parse(f.Source)
	if err != nil {
		return project.Document{}, err
	}
	if d.Project.Name != f.Project {
		return project.Document{}, project.Problems{{Line: 1, Column: 1,
			Message: fmt.Sprintf("the file is of project %q but was handed in for %q", d.Project.Name, f.Project),
			Remedy:  fmt.Sprintf("hand it in as projects/%s/slipway.yaml, or write project: %s", d.Project.Name, f.Project)}}
	}
	return d, d.Check(h.platform)
}

// checkFeeds holds the packages of d against what other projects say of them.
func (h *Handler) checkFeeds(ctx context.Context, d project.Document) error {
	uses := map[string][]pipeline.PackageUse{}
	for _, name := range d.Project.PackageNames() {
		found, err := h.projects.Uses(ctx, name)
		if err != nil {
			return fmt.Errorf("find projects of package %s: %w", name, err)
		}
		uses[name] = found
	}
	return d.CheckFeeds(uses)
}

// outdated tells whether a file that was handed in later, or f itself, has been applied.
func (f File) outdated(was pipeline.ProjectRecord) bool {
	if f.Sequencer != "" && was.Sequencer != "" && !later(f.Sequencer, was.Sequencer) {
		return true
	}
	return f.At.Before(was.AppliedAt)
}

// later compares sequencers of one key as S3 says: as text, the shorter one padded
// with zeros on its right.
func later(a, b string) bool {
	n := max(len(a), len(b))
	return a+strings.Repeat("0", n-len(a)) > b+strings.Repeat("0", n-len(b))
}

func (f File) record(d project.Document, was pipeline.ProjectRecord) pipeline.ProjectRecord {
	record := pipeline.ProjectRecord{Name: f.Project, Document: d.Digest, Packages: d.Project.PackageNames(),
		Sources: since(f.At, d.Project.Sources(), was.Sources), AppliedAt: f.At, AppliedBy: f.By, Sequencer: f.Sequencer}
	if f.Sequencer == "" {
		record.Sequencer = was.Sequencer
	}
	return record
}

// change returns what makes record follow was. The same file handed in again is no
// transition, and only its date is noted.
func change(f File, p pipeline.Project, record, was pipeline.ProjectRecord) pipeline.Change {
	applied := &pipeline.AppliedProject{Record: record, Source: f.Source, References: p.Packages,
		Dropped: without(was.Packages, record.Packages), Abandoned: abandoned(was.Sources, record.Sources)}
	c := pipeline.Change{By: f.By, Project: applied}
	if record.Document != was.Document {
		c.Events = []events.Event{events.ProjectApplied{Project: record.Name, Document: record.Document,
			Packages: record.Packages, Added: without(record.Packages, was.Packages)}}
	}
	return c
}

// since returns the sources that a project has now; those that it had before keep their date.
func since(now time.Time, sources, before []pipeline.Source) []pipeline.Source {
	for i := range sources {
		sources[i].Since = now
		if j := slices.IndexFunc(before, sources[i].Same); j >= 0 {
			sources[i].Since = before[j].Since
		}
	}
	return sources
}

// abandoned returns the sources that a project has no more.
func abandoned(before, now []pipeline.Source) []pipeline.Source {
	return slices.DeleteFunc(slices.Clone(before), func(s pipeline.Source) bool { return slices.ContainsFunc(now, s.Same) })
}

// without returns the elements of all that are not in some.
func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(some, name) })
}

// reject records that the file was refused and why.
func (h *Handler) reject(ctx context.Context, at pipeline.Location, by string, why error) error {
	chain := pipeline.IntakeChain
	name, _ := pipeline.ParseProjectKey(at.Key)
	if name != "" {
		chain = pipeline.ProjectChain(name)
	}
	return h.projects.Change(ctx, chain, func(ctx context.Context) (pipeline.Change, error) {
		_, err := h.projects.Rejection(ctx, at)
		if !errors.Is(err, pipeline.ErrNotFound) {
			return pipeline.Change{}, err
		}
		return pipeline.Change{By: by,
			Rejections: []pipeline.Rejection{{Location: at, Message: pipeline.Message(why), At: h.now()}},
			Events:     []events.Event{events.ProjectRejected{Project: name, Bucket: at.Bucket, Key: at.Key, Problems: Problems(why)}}}, nil
	})
}

// Problems returns the faults of a project file that why tells of.
func Problems(why error) []events.Problem {
	var found project.Problems
	if !errors.As(why, &found) {
		return []events.Problem{{Message: pipeline.Message(why)}}
	}
	all := make([]events.Problem, len(found))
	for i, p := range found {
		all[i] = events.Problem{Line: p.Line, Column: p.Column, Message: p.Message, Remedy: p.Remedy}
	}
	return all
}
