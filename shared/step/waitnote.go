package step

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A waitNote says until when an attempt waits. It is written once, by the first call,
// so that a repeated one doesn't begin the wait anew.
type waitNote struct {
	StartedAt   time.Time  `json:"startedAt"`
	Until       time.Time  `json:"until"`
	CancelledAt *time.Time `json:"cancelledAt,omitempty"` // nil unless somebody cancelled it
}

// cancelled returns the failure of an attempt that was cancelled.
func (n waitNote) cancelled() *Failure {
	return permanent("Cancelled", "the step was cancelled at %s, before %s", n.CancelledAt.Format(time.RFC3339), n.Until.Format(time.RFC3339))
}

// A waitNotes keeps the note of one attempt, beside the record of its work.
type waitNotes struct {
	objects Objects
	at      objects.Location
}

func notesOf(d Dependencies, w Work) waitNotes {
	key := strings.TrimSuffix(JobKey(w.Execution, w.Step, w.Attempt), "job.json") + "wait.json"
	return waitNotes{d.Objects, objects.Location{Bucket: d.WorkBucket, Key: key}}
}

// attemptName names the work of an attempt that has no name at any service.
func attemptName(w Work) string { return fmt.Sprintf("%s/%s/%d", w.Execution, w.Step, w.Attempt) }

// begin keeps note unless there is one, and returns the one that counts.
func (k waitNotes) begin(ctx context.Context, note waitNote) (waitNote, error) {
	err := k.put(ctx, note, true)
	if errors.Is(err, pipeline.ErrConflict) {
		return k.read(ctx)
	}
	return note, err
}

// cancel notes that the attempt was cancelled.
func (k waitNotes) cancel(ctx context.Context, at time.Time) error {
	note, err := k.read(ctx)
	if err != nil || note.CancelledAt != nil {
		return err
	}
	note.CancelledAt = &at
	return k.put(ctx, note, false)
}

func (k waitNotes) read(ctx context.Context) (note waitNote, err error) {
	body, err := k.objects.Read(ctx, k.at)
	if err == nil {
		defer body.Close()
		err = json.NewDecoder(body).Decode(&note)
	}
	if err != nil {
		return note, fmt.Errorf("read %s: %w", k.at.Key, err)
	}
	return note, nil
}

func (k waitNotes) put(ctx context.Context, note waitNote, create bool) error {
	text, err := json.Marshal(note)
	if err == nil {
		err = k.objects.Put(ctx, k.at.Bucket, k.at.Key, bytes.NewReader(text), objects.Options{ContentType: "application/json", Create: create})
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", k.at.Key, err)
	}
	return nil
}

// cancelWait notes that the attempt was cancelled and has its work checked at once.
func cancelWait(ctx context.Context, d Dependencies, w Work, kind, name string) error {
	now := d.Now().UTC()
	if err := notesOf(d, w).cancel(ctx, now); err != nil {
		return err
	}
	if err := d.Timers.Set(ctx, kind, name, now); err != nil {
		return fmt.Errorf("set timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	fmt.Fprintln(w.Log, "cancelled")
	return nil
}

// conclude returns what a check has found, and clears the timer of a work that it found
// ended: in success, or by a failure.
func conclude(ctx context.Context, d Dependencies, w Work, kind, name string, outcome Outcome, err error) (Outcome, error) {
	var failure *Failure
	if outcome.Done || errors.As(err, &failure) {
		if failed := ended(ctx, d, w, kind, name); failed != nil {
			return Outcome{}, failed
		}
	}
	return outcome, err
}
