package step

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"slipway/shared/objects"
)

// cancelKey returns the key of the wish that an attempt ends early.
func cancelKey(a Attempt) string {
	return strings.TrimSuffix(JobKey(a.Execution, a.Step, a.Attempt), "job.json") + "cancel.json"
}

// wishEnd keeps the wish that the attempt ends early; keeping it again changes nothing.
func (k works) wishEnd(ctx context.Context, a Attempt) error {
	text, err := json.Marshal(a)
	if err == nil {
		err = k.objects.Put(ctx, k.bucket, cancelKey(a), bytes.NewReader(text), objects.Options{ContentType: "application/json"})
	}
	if err != nil {
		return fmt.Errorf("note that step %s of %s is to end: %w", a.Step, a.Execution, err)
	}
	return nil
}

// cancelAsWished cancels the work of record, which has just been kept, if somebody wants
// its attempt to end. [Runner.Cancel] keeps the wish and then reads the record; here the
// record is kept and then the wish is read: at least one of the two finds both, whether
// the work was only now begun or has gone on to its next part.
func (r *Runner) cancelAsWished(ctx context.Context, k Remote, record workRecord) error {
	var by Attempt
	wished, err := r.works().decode(ctx, cancelKey(record.attempt()), &by)
	if err != nil || !wished {
		return err
	}
	return r.cancel(ctx, k, record)
}

// cancel cancels the work of record. Work that its service will not cancel, or not with
// the rights that there are, goes on, and so does its step; the log says why.
func (r *Runner) cancel(ctx context.Context, k Remote, record workRecord) error {
	err := k.Cancel(ctx, r.dependencies, record.Work, record.Name)
	var refused *Failure
	if errors.As(err, &refused) {
		fmt.Fprintf(record.Work.Log, "it can't be cancelled: %s\n", refused.Cause)
		return nil
	}
	if err != nil {
		return fmt.Errorf("cancel step %s of %s: %w", record.Work.Step, record.Work.Execution, err)
	}
	return nil
}
