package step

import (
	"bytes"
	"context"
	"errors"
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
	Accounts   Accounts
	Timers     Timers
	Attempts   Attempts // nil: all go on
	Approvals  Approvals
	Releases   Releases
	WorkBucket string // the installation's own bucket, for jobs, results, logs and records of works
	Web        Web
	Now        func() time.Time // for results and logs; time-outs are the machine's
}

// A Runner starts steps, follows their work where it goes on elsewhere, and cancels it.
type Runner struct{ dependencies Dependencies }

// New returns a runner of all kinds.
func New(d Dependencies) *Runner { return &Runner{d} }

// An Attempt names one attempt at one step.
type Attempt struct {
	Execution string // the deployment's or the run's id
	Step      string
	Attempt   int // from 1
}

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
	var log bytes.Buffer
	also := w.Log
	if w.Log = io.Writer(&log); also != nil {
		w.Log = io.MultiWriter(&log, also)
	}
	outcome, err := k.Start(ctx, r.dependencies, w)
	if err == nil && !outcome.Done && outcome.Work != "" {
		outcome, err = r.follow(ctx, k, workRecord{Kind: kind, Work: w}, outcome)
	}
	if logged := r.keepLog(ctx, w, nil, log.Bytes()); logged != nil {
		return Outcome{}, logged
	}
	return outcome, err
}

// Preview returns what the attempt w at a step of the named kind would change, as its
// [Previewer] tells. A kind that isn't one is [pipeline.ErrInvalid].
func (r *Runner) Preview(ctx context.Context, kind string, w Work) (lines []string, ready bool, err error) {
	k, _ := Lookup(kind)
	previewer, ok := k.(Previewer)
	if !ok {
		return nil, false, fmt.Errorf("preview step %s of %s: kind %q can't tell what it would change: %w", w.Step, w.Execution, kind, pipeline.ErrInvalid)
	}
	if w.Log == nil {
		w.Log = io.Discard // the log is that of the attempt, which has not started
	}
	return previewer.Preview(ctx, r.dependencies, w)
}

// maxParts is how many parts of a work, each begun by a check, one call goes through.
const maxParts = 20

// follow keeps the record as outcome has the work go on and checks it, part by part as
// far as it has come.
func (r *Runner) follow(ctx context.Context, k Kind, record workRecord, outcome Outcome) (Outcome, error) {
	remote, ok := k.(Remote)
	if !ok {
		return Outcome{}, fmt.Errorf("step kind %s names its work %q and has no way to check it: %w", k.Name(), outcome.Work, pipeline.ErrInvalid)
	}
	w := record.Work
	for range maxParts {
		next, differs := record.follow(outcome)
		if !differs {
			return outcome, nil
		}
		if err := r.works().keep(ctx, next); err != nil {
			return Outcome{}, err
		}
		record = next
		err := r.cancelAsWished(ctx, remote, record)
		if err != nil {
			return Outcome{}, err
		}
		if outcome, err = remote.Check(ctx, r.dependencies, w, record.Name); err != nil || outcome.Done {
			return outcome, err
		}
	}
	return Outcome{}, fmt.Errorf("step %s of %s: its work has more than %d parts without a wait: %w", w.Step, w.Execution, maxParts, pipeline.ErrInvalid)
}

// Cancel asks for an early end of what the attempt does elsewhere, or is about to do.
// Nothing is done for an attempt whose work is done in-line: it ends by itself.
func (r *Runner) Cancel(ctx context.Context, a Attempt) error {
	// The wish is kept before the record is read: see cancelAsWished.
	if err := r.works().wishEnd(ctx, a); err != nil {
		return err
	}
	record, known, err := r.works().read(ctx, attemptKey(a.Execution, a.Step, a.Attempt))
	if err != nil || !known {
		return err
	}
	k, _ := Lookup(record.Kind)
	remote, ok := k.(Remote)
	if !ok {
		return fmt.Errorf("cancel step %s of %s: kind %q has no work elsewhere: %w", a.Step, a.Execution, record.Kind, pipeline.ErrInvalid)
	}
	var log bytes.Buffer
	record.Work.Log = &log
	if err := r.cancel(ctx, remote, record); err != nil {
		return err
	}
	return r.appendLog(ctx, record.Work, log.Bytes())
}

func (r *Runner) works() works { return works{r.dependencies.Objects, r.dependencies.WorkBucket} }

// appendLog adds lines to the log of an attempt. Lines that two calls add at the same
// moment may be lost.
func (r *Runner) appendLog(ctx context.Context, w Work, lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	body, err := r.dependencies.Objects.Read(ctx, r.logLocation(w))
	if errors.Is(err, pipeline.ErrNotFound) {
		return r.keepLog(ctx, w, nil, lines)
	}
	if err != nil {
		return fmt.Errorf("read log of step %s of %s: %w", w.Step, w.Execution, err)
	}
	defer body.Close()
	before, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("read log of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return r.keepLog(ctx, w, before, lines)
}

// keepLog stores lines as the log of an attempt, after those before.
func (r *Runner) keepLog(ctx context.Context, w Work, before, lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	at := r.logLocation(w)
	err := r.dependencies.Objects.Put(ctx, at.Bucket, at.Key, bytes.NewReader(append(before, lines...)), objects.Options{ContentType: "text/plain; charset=utf-8"})
	if err != nil {
		return fmt.Errorf("keep log %s: %w", at.Key, err)
	}
	return nil
}

func (r *Runner) logLocation(w Work) objects.Location {
	return objects.Location{Bucket: r.dependencies.WorkBucket, Key: LogKey(w.Execution, w.Step, w.Attempt)}
}
