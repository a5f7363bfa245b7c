package objects

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	minRange  = 256 << 10 // bytes asked for where nothing says that reading will go on
	maxRange  = 8 << 20   // bytes asked for at most
	keptSpans = 2         // one for the place where reading goes on, one for a place to return to, such as a directory
)

// ranges reads an object in ranges and keeps the last ones.
type ranges struct {
	ctx    context.Context // of Open: an io.ReaderAt is given none
	client *s3.Client
	at     Location
	etag   string
	size   int64

	mu    sync.Mutex
	spans []span // most recently used first
	next  int    // bytes to ask for if reading goes on after the last range
	end   int64  // of the last range
}

// A span is a stretch of the object that is held in memory.
type span struct {
	from int64
	data []byte
}

func (s span) holds(at int64) bool { return at >= s.from && at < s.from+int64(len(s.data)) }

// ReadAt implements [io.ReaderAt].
func (r *ranges) ReadAt(p []byte, at int64) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n < len(p) {
		if at >= r.size {
			return n, io.EOF
		}
		s, err := r.span(at, len(p)-n)
		if err != nil {
			return n, err
		}
		copied := copy(p[n:], s.data[at-s.from:])
		n += copied
		at += int64(copied)
	}
	return n, nil
}

// span returns a span that holds the byte at the given position, fetching it if need be.
func (r *ranges) span(at int64, wanted int) (span, error) {
	for i, s := range r.spans {
		if s.holds(at) {
			copy(r.spans[1:i+1], r.spans[:i])
			r.spans[0] = s
			return s, nil
		}
	}
	length := r.ahead(at, wanted)
	data, err := r.fetch(at, length)
	if err != nil {
		return span{}, err
	}
	s := span{at, data}
	r.spans = append([]span{s}, r.spans[:min(len(r.spans), keptSpans-1)]...)
	r.end = at + length
	return s, nil
}

// ahead returns how many bytes to ask for at a position: twice as many as the last
// time when reading has gone forward, or skipped no more than that; few otherwise.
func (r *ranges) ahead(at int64, wanted int) int64 {
	if at >= r.end && at-r.end <= int64(r.next) && r.next > 0 {
		r.next = min(2*r.next, maxRange)
	} else {
		r.next = minRange
	}
	return min(max(int64(r.next), min(int64(wanted), maxRange)), r.size-at)
}

func (r *ranges) fetch(at, length int64) ([]byte, error) {
	in := &s3.GetObjectInput{Bucket: &r.at.Bucket, Key: &r.at.Key, VersionId: r.at.version()}
	asked := fmt.Sprintf("bytes=%d-%d", at, at+length-1)
	in.Range = &asked
	if r.at.VersionID == "" {
		match := `"` + r.etag + `"`
		in.IfMatch = &match
	}
	out, err := r.client.GetObject(r.ctx, in)
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", asked, r.at, translate(err))
	}
	defer out.Body.Close()
	data := make([]byte, length)
	if _, err := io.ReadFull(out.Body, data); err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", asked, r.at, noEOF(err))
	}
	return data, nil
}

// noEOF keeps a short answer from being taken for the object's end.
func noEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the answer ended early")
	}
	return err
}
