package planning

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// Objects is where plans are kept.
type Objects interface {
	Read(ctx context.Context, l objects.Location) (io.ReadCloser, error)
	Put(ctx context.Context, bucket, key string, body io.Reader, options objects.Options) error
}

// Plans keeps plans under their hashes.
type Plans struct {
	objects Objects
	bucket  string
}

// NewPlans returns the plans that are kept in bucket.
func NewPlans(o Objects, bucket string) *Plans { return &Plans{o, bucket} }

// key returns the key under which the plan with that hash is kept.
func (s *Plans) key(hash string) string { return "plans/" + hash + ".json" }

// Keep stores p and returns its hash. Storing it again changes nothing.
func (s *Plans) Keep(ctx context.Context, p pipeline.Plan) (hash string, err error) {
	hash, err = p.Hash()
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(p)
	if err == nil {
		err = s.objects.Put(ctx, s.bucket, s.key(hash), bytes.NewReader(data), objects.Options{ContentType: "application/json"})
	}
	if err != nil {
		return "", fmt.Errorf("keep plan of %s: %w", p.Execution(), err)
	}
	return hash, nil
}

// Read returns the plan with that hash, and makes sure that it is that one. What is
// hashed is what was kept, to the byte: written anew, a plan of an older version of
// Slipway might have another form.
func (s *Plans) Read(ctx context.Context, hash string) (pipeline.Plan, error) {
	var plan pipeline.Plan
	body, err := s.objects.Read(ctx, objects.Location{Bucket: s.bucket, Key: s.key(hash)})
	if err != nil {
		return plan, fmt.Errorf("read plan %s: %w", hash, err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return plan, fmt.Errorf("read plan %s: %w", hash, err)
	}
	if found := pipeline.HashOfPlan(data); found != hash {
		return plan, fmt.Errorf("plan %s has been changed where it is kept: its hash is %s: %w", hash, found, pipeline.ErrRefused)
	}
	if err := json.Unmarshal(data, &plan); err != nil {
		return plan, fmt.Errorf("read plan %s: %w", hash, err)
	}
	return plan, nil
}
