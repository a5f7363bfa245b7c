package step

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A Reader reads objects; [objects.Objects] is one.
type Reader interface {
	Downloader
	Open(ctx context.Context, at objects.Location) (*io.SectionReader, error)
}

// A Writer writes objects; [objects.Objects] is one.
type Writer interface {
	Put(ctx context.Context, bucket, key string, body io.Reader, o objects.Options) error
	List(ctx context.Context, bucket, prefix string) iter.Seq2[objects.Entry, error]
	Delete(ctx context.Context, bucket string, keys ...string) error
}

// Objects reads and writes objects.
type Objects interface {
	Reader
	Writer
}

// Dependencies are what the kinds need to do their work.
type Dependencies struct {
	Objects    Objects
	Images     Images
	Builds     Builds
	WorkBucket string // the installation's own bucket, for jobs, results and logs
	Web        Web
	Now        func() time.Time // for results and logs; time-outs are the machine's
}

// A Runner starts steps.
type Runner struct{ dependencies Dependencies }

// New returns a runner of all kinds.
func New(d Dependencies) *Runner { return &Runner{d} }

// Start starts work of the named kind; see [Kind].Start for the errors. A kind that
// doesn't exist, which a project file can't name, is a permanent [*Failure].
func (r *Runner) Start(ctx context.Context, kind string, w Work) (Outcome, error) {
	k, ok := Lookup(kind)
	if !ok {
		return Outcome{}, permanent("NoSuchKind", "step kind %q does not exist; the kinds are %q", kind, Names())
	}
	if w.Timeout <= 0 {
		return Outcome{}, fmt.Errorf("start step %s: timeout %s is not positive: %w", w.Step, w.Timeout, pipeline.ErrInvalid)
	}
	if w.Log == nil {
		w.Log = io.Discard
	}
	return k.Start(ctx, r.dependencies, w)
}
