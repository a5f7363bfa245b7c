package step

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A workRecord says which attempt a work that goes on elsewhere belongs to. It lies in
// the work bucket twice: under the work's name, for its events, and under the
// attempt, for those who cancel it.
type workRecord struct {
	Kind  string   `json:"kind"`
	Name  string   `json:"name"`
	Watch []string `json:"watch,omitempty"` // see [Outcome].Watch; distinct
	Work  Work     `json:"work"`
}

// follow returns r as o has it go on, and whether that differs: the work has come to
// another part, or the attempt watches more.
func (r workRecord) follow(o Outcome) (next workRecord, differs bool) {
	next = r
	if o.Work != "" {
		next.Name = o.Work
	}
	for _, name := range o.Watch {
		if !slices.Contains(next.Watch, name) {
			next.Watch = append(slices.Clip(next.Watch), name)
		}
	}
	return next, next.Name != r.Name || len(next.Watch) != len(r.Watch)
}

// attempt names the attempt that r is of.
func (r workRecord) attempt() Attempt {
	return Attempt{r.Work.Execution, r.Work.Step, r.Work.Attempt}
}

// WorksPrefix begins the keys of the records by the names of works.
const WorksPrefix = "works/"

// workKey returns the key of the record of a kind's work with that name, which may
// hold any characters.
func workKey(kind, name string) string {
	sum := sha256.Sum256([]byte(kind + "\n" + name))
	return WorksPrefix + hex.EncodeToString(sum[:]) + ".json"
}

// attemptKey returns the key of the record of an attempt's latest work.
func attemptKey(execution, step string, attempt int) string {
	return strings.TrimSuffix(JobKey(execution, step, attempt), "job.json") + "work.json"
}

// works keeps the records.
type works struct {
	objects Objects
	bucket  string
}

// keep stores r, and then what leads to it by the names it watches; storing it again
// changes nothing.
func (k works) keep(ctx context.Context, r workRecord) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode work %s: %w", r.Name, err)
	}
	for _, key := range []string{attemptKey(r.Work.Execution, r.Work.Step, r.Work.Attempt), workKey(r.Kind, r.Name)} {
		if err := k.objects.Put(ctx, k.bucket, key, bytes.NewReader(text), objects.Options{ContentType: "application/json"}); err != nil {
			return fmt.Errorf("keep work %s of %s: %w", r.Name, r.Work.Execution, err)
		}
	}
	return k.watch(ctx, r)
}

// read returns the record under key; known is false when there is none.
func (k works) read(ctx context.Context, key string) (r workRecord, known bool, err error) {
	known, err = k.decode(ctx, key, &r)
	return r, known, err
}

// decode reads the JSON under key into value; known is false when there is none.
func (k works) decode(ctx context.Context, key string, value any) (known bool, err error) {
	body, err := k.objects.Read(ctx, objects.Location{Bucket: k.bucket, Key: key})
	if errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, objects.ErrNoBucket) {
		return false, nil
	}
	if err == nil {
		defer body.Close()
		err = json.NewDecoder(body).Decode(value)
	}
	if err != nil {
		return false, fmt.Errorf("read work %s: %w", key, err)
	}
	return true, nil
}
