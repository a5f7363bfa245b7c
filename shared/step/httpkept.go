package step

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A keptResult is the result of an attempt that works in-line and whose effect must
// not be repeated once it is complete; it lies where a script's result would.
type keptResult struct {
	objects Objects
	bucket  string // the work bucket
	jobKey  string // of the attempt; see [JobKey]
	now     func() time.Time
}

// once returns what work came to, and keeps it; called again, it returns what is
// kept. If claimed, it calls work at most once, whatever happens: when an earlier call
// was cut off, nobody knows how far it came, and the [*Failure] says so.
func (k keptResult) once(ctx context.Context, claimed bool, work func(context.Context) (Outcome, error)) (Outcome, error) {
	first := true
	if claimed {
		var err error
		if first, err = k.claim(ctx); err != nil {
			return Outcome{}, err
		}
	}
	if !claimed || !first {
		result, known, err := k.read(ctx)
		switch {
		case err != nil:
			return Outcome{}, err
		case known:
			return Outcome{Done: result.Err() == nil, Outputs: result.Outputs}, result.Err()
		case !first:
			return Outcome{}, transient("Interrupted", "the attempt was cut off when its request may have been sent, and nobody knows whether it was received; look at the receiver, and use retry if it may come again")
		}
	}
	started := k.now().UTC()
	outcome, err := work(ctx)
	return outcome, errors.Join(err, k.keep(ctx, started, outcome, err))
}

// claim tells whether this is the first call for the attempt. A claim whose answer is
// lost is somebody else's: an attempt too few can be repaired, one too many can't.
func (k keptResult) claim(ctx context.Context) (first bool, err error) {
	err = k.put(ctx, ClaimKey(k.jobKey), map[string]time.Time{"claimedAt": k.now().UTC()}, true)
	if errors.Is(err, pipeline.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim %s: %w", k.jobKey, err)
	}
	return true, nil
}

// read returns the result of an earlier call, if one is known.
func (k keptResult) read(ctx context.Context) (result Result, known bool, err error) {
	result, err = readResult(ctx, k.objects, objects.Location{Bucket: k.bucket, Key: ResultKey(k.jobKey)})
	switch {
	case errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, objects.ErrNoBucket):
		return Result{}, false, nil
	case err != nil:
		return Result{}, false, fmt.Errorf("read result of %s: %w", k.jobKey, err)
	}
	return result, true, nil
}

// keep stores what work came to; an error that says nothing about the step is nothing to keep.
func (k keptResult) keep(ctx context.Context, started time.Time, outcome Outcome, err error) error {
	result := Result{Status: Succeeded, Outputs: outcome.Outputs, StartedAt: started, FinishedAt: k.now().UTC()}
	if err != nil {
		var failure *Failure
		if !errors.As(err, &failure) {
			return nil
		}
		result.Status, result.ExitCode = Failed, -1
		result.Error, result.Cause, result.Permanent = failure.Name, failure.Cause, failure.Permanent
	}
	lasting := context.WithoutCancel(ctx) // what was done is kept even if ctx ends meanwhile
	if err := k.put(lasting, ResultKey(k.jobKey), result, false); err != nil {
		return fmt.Errorf("keep result of %s: %w", k.jobKey, err)
	}
	return nil
}

func (k keptResult) put(ctx context.Context, key string, value any, create bool) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return k.objects.Put(ctx, k.bucket, key, bytes.NewReader(text), objects.Options{ContentType: "application/json", Create: create})
}
