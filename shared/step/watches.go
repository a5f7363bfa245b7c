package step

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"slipway/shared/objects"
)

// WatchesPrefix begins the keys of what leads from a watched name (see [Outcome].Watch)
// to the attempts that watch it. A name may lead to many, so each has an object of its
// own, and they are found by a list.
const WatchesPrefix = "watches/"

// watchGrace is how long beyond its timeout an attempt may go on, counted from when it
// began to watch: the time for which the state machine waits for a report, and for a
// retry of the function. What is older was left by an attempt that nobody ended.
const watchGrace = 3 * time.Hour

// watchPrefix begins the keys of the attempts of that kind that watch the name, which
// may hold any characters.
func watchPrefix(kind, name string) string {
	sum := sha256.Sum256([]byte(kind + "\n" + name))
	return WatchesPrefix + hex.EncodeToString(sum[:]) + "/"
}

// watchKey returns the key of what leads from the watched name to the attempt.
func watchKey(kind, name string, a Attempt) string {
	return fmt.Sprintf("%s%s/%s/%d.json", watchPrefix(kind, name), a.Execution, a.Step, a.Attempt)
}

// A watch is what such an object holds; the rest is in the record of the attempt.
type watch struct {
	Name    string  `json:"name"`
	Attempt Attempt `json:"attempt"`
}

// watch stores what leads to r by each name that it watches.
func (k works) watch(ctx context.Context, r workRecord) error {
	for _, name := range r.Watch {
		text, err := json.Marshal(watch{name, r.attempt()})
		if err != nil {
			return fmt.Errorf("encode watch of %s: %w", name, err)
		}
		key := watchKey(r.Kind, name, r.attempt())
		if err := k.objects.Put(ctx, k.bucket, key, bytes.NewReader(text), objects.Options{ContentType: "application/json"}); err != nil {
			return fmt.Errorf("keep watch of %s for %s: %w", name, r.Work.Execution, err)
		}
	}
	return nil
}

// find returns the record of the kind's work with that name, and those of the attempts
// that watch the name, as of their latest work. Watches of attempts that are long over
// are deleted.
func (k works) find(ctx context.Context, kind, name string, now func() time.Time) ([]workRecord, error) {
	var found []workRecord
	own, known, err := k.read(ctx, workKey(kind, name))
	if err != nil {
		return nil, err
	}
	if known {
		found = append(found, own)
	}
	var stale []string
	for entry, err := range k.objects.List(ctx, k.bucket, watchPrefix(kind, name)) {
		if err != nil {
			return found, fmt.Errorf("list who watches %s: %w", name, err)
		}
		record, known, err := k.watcher(ctx, entry.Key)
		switch {
		case err != nil:
			return found, err
		case !known || now().Sub(entry.LastModified) > record.Work.Timeout+watchGrace:
			stale = append(stale, entry.Key)
		default:
			found = append(found, record)
		}
	}
	if err := k.objects.Delete(ctx, k.bucket, stale...); err != nil {
		return found, fmt.Errorf("delete old watches of %s: %w", name, err)
	}
	return found, nil
}

// watcher returns the record of the attempt that watches by the object at key; known is
// false when that object has gone meanwhile.
func (k works) watcher(ctx context.Context, key string) (r workRecord, known bool, err error) {
	var w watch
	if known, err = k.decode(ctx, key, &w); err != nil || !known {
		return r, false, err
	}
	return k.read(ctx, attemptKey(w.Attempt.Execution, w.Attempt.Step, w.Attempt.Attempt))
}

// forget deletes what leads to the attempt by the names it watches.
func (k works) forget(ctx context.Context, a Attempt) error {
	r, known, err := k.read(ctx, attemptKey(a.Execution, a.Step, a.Attempt))
	if err != nil || !known || len(r.Watch) == 0 {
		return err
	}
	keys := make([]string, len(r.Watch))
	for i, name := range r.Watch {
		keys[i] = watchKey(r.Kind, name, a)
	}
	if err := k.objects.Delete(ctx, k.bucket, keys...); err != nil {
		return fmt.Errorf("forget what step %s of %s watches: %w", a.Step, a.Execution, err)
	}
	return nil
}
