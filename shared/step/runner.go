package step

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"slipway/events"
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
		outcome, err = r.follow(ctx, k, w, outcome.Work)
	}
	if logged := r.keepLog(ctx, w, nil, log.Bytes()); logged != nil {
		return Outcome{}, logged
	}
	return outcome, err
}

// maxParts is how many parts of a work, each begun by a check, one call goes through.
const maxParts = 20

// follow keeps the record of the work and checks it, part by part as far as it has come.
func (r *Runner) follow(ctx context.Context, k Kind, w Work, name string) (Outcome, error) {
	remote, ok := k.(Remote)
	if !ok {
		return Outcome{}, fmt.Errorf("step kind %s names its work %q and has no way to check it: %w", k.Name(), name, pipeline.ErrInvalid)
	}
	for range maxParts {
		if err := r.works().keep(ctx, workRecord{k.Name(), name, w}); err != nil {
			return Outcome{}, err
		}
		outcome, err := remote.Check(ctx, r.dependencies, w, name)
		if err != nil || outcome.Done || outcome.Work == "" || outcome.Work == name {
			return outcome, err
		}
		name = outcome.Work
	}
	return Outcome{}, fmt.Errorf("step %s of %s: its work has more than %d parts without a wait: %w", w.Step, w.Execution, maxParts, pipeline.ErrInvalid)
}

// A Report is how an attempt has ended: Err is a [*Failure], or nil for a success.
type Report struct {
	Attempt Attempt
	Outcome Outcome
	Err     error
}

// Resume checks the works whose end e may tell, and returns the attempts that have
// ended. What is not of a step, or no longer goes on under that name, is passed over.
// The error says nothing about any step, and the call is to be repeated.
func (r *Runner) Resume(ctx context.Context, e events.Raw) ([]Report, error) {
	var reports []Report
	var failed error
	for _, k := range Kinds() {
		remote, ok := k.(Remote)
		if !ok {
			continue
		}
		names, err := told(remote, e)
		failed = errors.Join(failed, err)
		for _, name := range names {
			report, ended, err := r.resume(ctx, remote, name)
			failed = errors.Join(failed, err)
			if ended {
				reports = append(reports, report)
			}
		}
	}
	return reports, failed
}

// told returns the names of k's works that e tells of.
func told(k Remote, e events.Raw) ([]string, error) {
	if e.Source != events.Source || e.DetailType != TimerDue {
		return k.Works(e), nil
	}
	var timer TimerDetail
	if err := json.Unmarshal(e.Detail, &timer); err != nil {
		return nil, fmt.Errorf("decode %s: %w", TimerDue, err)
	}
	if timer.Kind != k.Name() {
		return nil, nil
	}
	return []string{timer.Work}, nil
}

// resume checks the work with that name, if there is a record of it.
func (r *Runner) resume(ctx context.Context, k Remote, name string) (report Report, ended bool, err error) {
	record, known, err := r.works().read(ctx, workKey(k.Name(), name))
	if err != nil || !known {
		return Report{}, false, err
	}
	w := record.Work
	var log bytes.Buffer
	w.Log = &log
	outcome, err := k.Check(ctx, r.dependencies, w, name)
	if err == nil && !outcome.Done && outcome.Work != "" && outcome.Work != name {
		outcome, err = r.follow(ctx, k, w, outcome.Work)
	}
	if logged := r.appendLog(ctx, w, log.Bytes()); logged != nil {
		return Report{}, false, logged
	}
	var failure *Failure
	if err != nil && !errors.As(err, &failure) {
		return Report{}, false, fmt.Errorf("check work %s of step %s of %s: %w", name, w.Step, w.Execution, err)
	}
	report = Report{Attempt{w.Execution, w.Step, w.Attempt}, outcome, err}
	return report, err != nil || outcome.Done, nil
}

// Cancel asks for an early end of what the attempt does elsewhere. Nothing is done
// for an attempt whose work is done in-line: it ends by itself.
func (r *Runner) Cancel(ctx context.Context, a Attempt) error {
	record, known, err := r.works().read(ctx, attemptKey(a.Execution, a.Step, a.Attempt))
	if err != nil || !known {
		return err
	}
	k, _ := Lookup(record.Kind)
	remote, ok := k.(Remote)
	if !ok {
		return fmt.Errorf("cancel step %s of %s: kind %q has no work elsewhere: %w", a.Step, a.Execution, record.Kind, pipeline.ErrInvalid)
	}
	w := record.Work
	var log bytes.Buffer
	w.Log = &log
	if err := remote.Cancel(ctx, r.dependencies, w, record.Name); err != nil {
		return fmt.Errorf("cancel step %s of %s: %w", a.Step, a.Execution, err)
	}
	return r.appendLog(ctx, w, log.Bytes())
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
