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

// A journal is what a kind writes down about one attempt, beside the record of its
// work: entries of JSON, each of which is written once. Of several calls that write the
// same entry, even at the same moment, the first counts and the others are told it.
type journal struct {
	objects Objects
	bucket  string
	folder  string // a prefix of keys, with "/" at its end
}

func journalOf(d Dependencies, w Work) journal {
	return journal{d.Objects, d.WorkBucket, strings.TrimSuffix(JobKey(w.Execution, w.Step, w.Attempt), "job.json")}
}

// enter writes entry under name unless there is one, and returns the one that is there then.
func enter[T any](ctx context.Context, j journal, name string, entry T) (T, error) {
	text, err := json.Marshal(entry)
	if err != nil {
		return entry, fmt.Errorf("encode %s%s: %w", j.folder, name, err)
	}
	err = j.objects.Put(ctx, j.bucket, j.key(name), bytes.NewReader(text), objects.Options{ContentType: "application/json", Create: true})
	if err == nil {
		return entry, nil
	}
	if !errors.Is(err, pipeline.ErrConflict) {
		return entry, fmt.Errorf("keep %s: %w", j.key(name), err)
	}
	first, known, err := entered[T](ctx, j, name)
	if err == nil && !known {
		err = fmt.Errorf("keep %s: it was there and is gone: %w", j.key(name), pipeline.ErrConflict)
	}
	return first, err
}

// entered returns the entry of that name; known is false when there is none.
func entered[T any](ctx context.Context, j journal, name string) (entry T, known bool, err error) {
	known, err = works{j.objects, j.bucket}.decode(ctx, j.key(name), &entry)
	return entry, known, err
}

func (j journal) key(name string) string { return j.folder + name + ".json" }

// resultEntry is the name of the entry that says how the attempt has ended; it lies
// where [ResultKey] says.
const resultEntry = "result"

// conclude writes down how the attempt ends, with the failure or, when that is nil, with
// outputs; and returns what counts, should its end have been written down before.
func (j journal) conclude(ctx context.Context, now time.Time, outputs map[string]string, failure *Failure) (Result, error) {
	result := Result{Status: Succeeded, Outputs: outputs, FinishedAt: now.UTC()}
	if failure != nil {
		result = Result{Status: Failed, Error: failure.Name, Cause: failure.Cause, Permanent: failure.Permanent, FinishedAt: now.UTC()}
	}
	return enter(ctx, j, resultEntry, result)
}

// concluded returns how the attempt has ended; known is false while it goes on.
func (j journal) concluded(ctx context.Context) (result Result, known bool, err error) {
	return entered[Result](ctx, j, resultEntry)
}
