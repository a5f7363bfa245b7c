package step

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"slipway/events"
)

// A Report is how an attempt has ended: Err is a [*Failure], or nil for a success.
type Report struct {
	Attempt Attempt
	Outcome Outcome
	Err     error
}

// Resume checks the works whose end e may tell, and returns the attempts that have
// ended, each once. What is not of a step, or no longer goes on under that name, is
// passed over. The error says nothing about any step, and the call is to be repeated.
// Whoever has recorded a report calls [Runner.Forget].
func (r *Runner) Resume(ctx context.Context, e events.Raw) ([]Report, error) {
	var reports []Report
	var failed error
	for _, k := range Kinds() {
		remote, ok := k.(Remote)
		if !ok {
			continue
		}
		found, err := r.found(ctx, remote, e)
		failed = errors.Join(failed, err)
		for _, record := range found {
			report, ended, err := r.resume(ctx, remote, record)
			failed = errors.Join(failed, err)
			if ended {
				reports = append(reports, report)
			}
		}
	}
	return reports, failed
}

// Check checks the latest work of an attempt; ended tells that the attempt has ended.
// One that does nothing elsewhere goes on as far as anybody knows.
func (r *Runner) Check(ctx context.Context, a Attempt) (report Report, ended bool, err error) {
	record, known, err := r.works().read(ctx, attemptKey(a.Execution, a.Step, a.Attempt))
	if err != nil || !known {
		return Report{}, false, err
	}
	k, _ := Lookup(record.Kind)
	remote, ok := k.(Remote)
	if !ok {
		return Report{}, false, nil
	}
	return r.resume(ctx, remote, record)
}

// Forget deletes what leads events to an attempt by the names that it watches, once its
// end is recorded or nobody waits for it any more. Nothing is done for an attempt that
// watches nothing.
func (r *Runner) Forget(ctx context.Context, a Attempt) error { return r.works().forget(ctx, a) }

// found returns the records of k's works that e tells of, one an attempt, and those
// that could be read when there is an error.
func (r *Runner) found(ctx context.Context, k Remote, e events.Raw) ([]workRecord, error) {
	names, failed := told(k, e)
	var found []workRecord
	for _, name := range names {
		records, err := r.works().find(ctx, k.Name(), name, r.dependencies.Now)
		failed = errors.Join(failed, err)
		for _, record := range records {
			if !slices.ContainsFunc(found, func(f workRecord) bool { return f.attempt() == record.attempt() }) {
				found = append(found, record)
			}
		}
	}
	return found, failed
}

// told returns the names of k's works, and those that its attempts watch, that e tells of.
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

// resume checks the recorded work.
func (r *Runner) resume(ctx context.Context, k Remote, record workRecord) (report Report, ended bool, err error) {
	w := record.Work
	var log bytes.Buffer
	w.Log = &log
	record.Work = w
	outcome, err := k.Check(ctx, r.dependencies, w, record.Name)
	if err == nil && !outcome.Done {
		outcome, err = r.follow(ctx, k, record, outcome)
	}
	if logged := r.appendLog(ctx, w, log.Bytes()); logged != nil {
		return Report{}, false, logged
	}
	var failure *Failure
	if err != nil && !errors.As(err, &failure) {
		return Report{}, false, fmt.Errorf("check work %s of step %s of %s: %w", record.Name, w.Step, w.Execution, err)
	}
	return Report{record.attempt(), outcome, err}, err != nil || outcome.Done, nil
}
