package step

import (
	"context"
	"errors"
	"strings"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// cleanupObjects are the objects of a bucket under a prefix.
type cleanupObjects struct {
	objects *objects.Objects
	bucket  string
	prefix  string
	work    Work
}

// list implements [cleanupStore]. Keys that end with "/" stand for folders and are left alone.
func (s cleanupObjects) list(ctx context.Context) ([]cleanupItem, error) {
	var all []cleanupItem
	for entry, err := range s.objects.List(ctx, s.bucket, s.prefix) {
		if err != nil {
			return nil, s.explain(err)
		}
		if strings.HasSuffix(entry.Key, "/") {
			continue
		}
		if len(all) == maxFound {
			return nil, permanent("TooMany", "s3://%s/%s has more than %d objects; choose a narrower prefix, in several steps", s.bucket, s.prefix, maxFound)
		}
		all = append(all, cleanupItem{name: entry.Key, size: entry.Size, at: entry.LastModified})
	}
	return all, nil
}

// remove implements [cleanupStore]. An object that has gone meanwhile is gone too.
func (s cleanupObjects) remove(ctx context.Context, items []cleanupItem) ([]cleanupItem, error) {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.name
	}
	if err := s.objects.Delete(ctx, s.bucket, keys...); err != nil {
		return nil, s.explain(err)
	}
	return items, nil
}

// explain returns what an error of S3 says of the step.
func (s cleanupObjects) explain(err error) error {
	switch {
	case errors.Is(err, objects.ErrNoBucket):
		return permanent("NoSuchBucket", "there is no bucket %s in environment %s; correct its name", s.bucket, s.work.Environment)
	case errors.Is(err, pipeline.ErrRefused):
		return permanent("AccessDenied", "the rights of environment %s are too few for s3://%s/%s: %v; list the bucket under allow: { cleanup: […] } of environment %s in infra/platform.yaml",
			s.work.Environment, s.bucket, s.prefix, err, s.work.Environment)
	}
	return err
}
