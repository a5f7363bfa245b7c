package objects

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Read returns the body of the object at l from its start; the caller closes it. It
// returns [pipeline.ErrNotFound] when there is none.
func (o *Objects) Read(ctx context.Context, l Location) (io.ReadCloser, error) {
	out, err := o.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &l.Bucket, Key: &l.Key, VersionId: l.version()})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l, translate(err))
	}
	return out.Body, nil
}

// Open returns the object at l for reading at any position while ctx lasts, by
// ranged requests with read-ahead: a small range at first, larger ones as long as
// the reading goes forward. It holds at most a few ranges in memory, never the whole
// object, and may be used by many goroutines. Without a version in l, it is pinned
// to the newest one; in a bucket without versions, reading fails with
// [pipeline.ErrConflict] when the object has been replaced since. It returns
// [pipeline.ErrNotFound] when there is no such object.
func (o *Objects) Open(ctx context.Context, l Location) (*io.SectionReader, error) {
	info, err := o.Stat(ctx, l)
	if err != nil {
		return nil, err
	}
	if l.VersionID == "" {
		l.VersionID = info.VersionID
	}
	r := &ranges{ctx: ctx, client: o.client, at: l, etag: info.ETag, size: info.Size}
	return io.NewSectionReader(r, 0, info.Size), nil
}
