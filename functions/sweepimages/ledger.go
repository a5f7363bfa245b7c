package sweepimages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"slipway/shared/images"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// Objects is where ledgers are kept.
type Objects interface {
	Read(ctx context.Context, l objects.Location) (io.ReadCloser, error)
	Put(ctx context.Context, bucket, key string, body io.Reader, o objects.Options) error
}

// A Ledger remembers which images of a source need no further look, so that a sweep
// costs the same with ten images and with ten thousand, as far as the table is
// concerned. It is no record: what it doesn't know is looked up again.
type Ledger struct {
	objects Objects
	bucket  string
}

// NewLedger returns a ledger in the work bucket.
func NewLedger(o Objects, bucket string) Ledger { return Ledger{o, bucket} }

// page is what the ledger has of one source.
type page struct {
	Source  pipeline.Source   `json:"source"`
	At      time.Time         `json:"at"`      // when it was swept last without a failure
	Settled map[string]string `json:"settled"` // digests by tag
}

// key returns where the page of a package is. A package has one repository.
func (l Ledger) key(s pipeline.Source) string { return "sweeps/" + s.Package + ".json" }

// read returns the page of a source, which is zero when it was never swept, or not
// since a project took it up again.
func (l Ledger) read(ctx context.Context, s pipeline.Source) (page, error) {
	body, err := l.objects.Read(ctx, objects.Location{Bucket: l.bucket, Key: l.key(s)})
	if errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, objects.ErrNoBucket) {
		return page{}, nil
	}
	if err != nil {
		return page{}, fmt.Errorf("read %s: %w", l.key(s), err)
	}
	defer body.Close()
	var p page
	if err := json.NewDecoder(body).Decode(&p); err != nil {
		return page{}, fmt.Errorf("read %s, which may be deleted: %w", l.key(s), err)
	}
	if !p.Source.Same(s) || !p.Source.Since.Equal(s.Since) {
		return page{}, nil
	}
	return p, nil
}

// write notes that the images are settled, as of the sweep at now.
func (l Ledger) write(ctx context.Context, s pipeline.Source, settled []images.Image, now time.Time) error {
	p := page{Source: s, At: now, Settled: map[string]string{}}
	for _, i := range settled {
		p.Settled[i.Tag] = i.Digest
	}
	text, err := json.Marshal(p)
	if err == nil {
		err = l.objects.Put(ctx, l.bucket, l.key(s), bytes.NewReader(text), objects.Options{ContentType: "application/json"})
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", l.key(s), err)
	}
	return nil
}
