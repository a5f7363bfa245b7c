package objects_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

var ctx = context.Background()

func TestStatTellsWhatPutWrote(t *testing.T) {
	s := newStack(t)
	s.put("kept", "a b/ü.txt", "hello", objects.Options{ContentType: "text/plain", CacheControl: "no-store", Metadata: map[string]string{"commit": "abc"}})
	info, err := s.Stat(ctx, objects.Location{Bucket: "kept", Key: "a b/ü.txt"})
	if err != nil || info.Size != 5 || info.VersionID == "" || info.ContentType != "text/plain" || info.ETag != "5d41402abc4b2a76b9719d911017c592" ||
		!maps.Equal(info.Metadata, map[string]string{"commit": "abc"}) || info.LastModified.IsZero() {
		t.Errorf("Stat = %+v, %v", info, err)
	}
}

func TestErrorsAreOfTheDomain(t *testing.T) {
	s := newStack(t)
	s.put("plain", "there", "x", objects.Options{})
	none, nowhere := objects.Location{Bucket: "plain", Key: "none"}, objects.Location{Bucket: "nowhere", Key: "none"}
	read := func(l objects.Location) error { _, err := s.Read(ctx, l); return err }
	list := func() (err error) {
		for _, err = range s.List(ctx, "nowhere", "") {
		}
		return err
	}
	_, stat := s.Stat(ctx, none)
	_, open := s.Open(ctx, none)
	for name, c := range map[string]struct{ err, want error }{
		"stat":             {stat, pipeline.ErrNotFound},
		"open":             {open, pipeline.ErrNotFound},
		"read":             {read(none), pipeline.ErrNotFound},
		"read version":     {read(objects.Location{Bucket: "plain", Key: "there", VersionID: "nope"}), pipeline.ErrNotFound},
		"read, no bucket":  {read(nowhere), objects.ErrNoBucket},
		"no bucket":        {read(nowhere), pipeline.ErrNotFound},
		"put, no bucket":   {s.Put(ctx, "nowhere", "k", strings.NewReader("x"), objects.Options{}), objects.ErrNoBucket},
		"list, no bucket":  {list(), objects.ErrNoBucket},
		"delete":           {s.Delete(ctx, "nowhere", "k"), objects.ErrNoBucket},
		"create over it":   {s.Put(ctx, "plain", "there", strings.NewReader("y"), objects.Options{Create: true}), pipeline.ErrConflict},
		"create the first": {s.Put(ctx, "plain", "new", strings.NewReader("y"), objects.Options{Create: true}), nil},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if errors.Is(read(none), objects.ErrNoBucket) {
		t.Error("a missing object is taken for a missing bucket")
	}
	denied := `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
	s.refuse = func(*http.Request) *string { return &denied }
	if err := read(none); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("read without the right = %v, want %v", err, pipeline.ErrRefused)
	}
	if _, err := s.Stat(ctx, none); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("stat without the right = %v, want %v", err, pipeline.ErrRefused)
	}
}

// noise returns n bytes that are the same in every run.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // it doesn't fail
	return string(b)
}

func TestPutWritesBodiesOfEverySize(t *testing.T) {
	const part = 8 << 20
	s := newStack(t)
	for size, requests := range map[int]int{0: 1, 1: 1, part - 1: 1, part: 3, part + 1: 4, 2 * part: 4} {
		body := noise(size)
		s.requests = nil
		if err := s.Put(ctx, "plain", "k", iotest.HalfReader(strings.NewReader(body)), objects.Options{ContentType: "a/b", Metadata: map[string]string{"m": "v"}}); err != nil {
			t.Fatal(err)
		}
		if len(s.requests) != requests {
			t.Errorf("%d bytes took %d requests, want %d", size, len(s.requests), requests)
		}
		if s.read(objects.Location{Bucket: "plain", Key: "k"}) != body {
			t.Errorf("%d bytes came back otherwise", size)
		}
		if info, err := s.Stat(ctx, objects.Location{Bucket: "plain", Key: "k"}); err != nil || info.ContentType != "a/b" || info.Metadata["m"] != "v" {
			t.Errorf("%d bytes are described as %+v, %v", size, info, err)
		}
	}
}

func TestABodyThatFailsLeavesNothing(t *testing.T) {
	s := newStack(t)
	broken := errors.New("broken")
	for _, size := range []int{10, 9 << 20} {
		body := io.MultiReader(strings.NewReader(noise(size)), iotest.ErrReader(broken))
		if err := s.Put(ctx, "plain", "k", body, objects.Options{}); !errors.Is(err, broken) {
			t.Errorf("Put = %v, want %v", err, broken)
		}
		if _, err := s.Stat(ctx, objects.Location{Bucket: "plain", Key: "k"}); !errors.Is(err, pipeline.ErrNotFound) {
			t.Errorf("after %d bytes there is an object: %v", size, err)
		}
	}
	if last := s.requests[len(s.requests)-2]; !strings.HasPrefix(last, "DELETE /plain/k?uploadId=") && !strings.Contains(last, "uploadId") {
		t.Errorf("the upload was not aborted: %s", last)
	}
}

func TestReadingForwardTakesFewRequests(t *testing.T) {
	s := newStack(t)
	body := noise(40 << 20)
	s.put("kept", "k", body, objects.Options{})
	r, err := s.Open(ctx, objects.Location{Bucket: "kept", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	s.requests = nil
	var read strings.Builder
	if _, err := io.CopyBuffer(struct{ io.Writer }{&read}, r, make([]byte, 4096)); err != nil || read.String() != body {
		t.Fatalf("read %d bytes, %v", read.Len(), err)
	}
	if len(s.requests) > 10 {
		t.Errorf("reading 40 MiB took %d requests", len(s.requests))
	}
}

func TestReadingHereAndThereReadsLittle(t *testing.T) {
	s := newStack(t)
	body := noise(20 << 20)
	s.put("kept", "k", body, objects.Options{})
	r, err := s.Open(ctx, objects.Location{Bucket: "kept", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	s.requests = nil
	for _, at := range []int64{19 << 20, 5 << 20, 19<<20 + 100, 5<<20 + 100, 19<<20 + 200} {
		p := make([]byte, 50)
		if _, err := r.ReadAt(p, at); err != nil || string(p) != body[at:at+50] {
			t.Errorf("ReadAt %d: %v", at, err)
		}
	}
	if len(s.requests) != 2 {
		t.Errorf("reading around two places took %d requests", len(s.requests))
	}
	p := make([]byte, 100)
	if n, err := r.ReadAt(p, 20<<20-50); n != 50 || err != io.EOF {
		t.Errorf("reading across the end = %d, %v", n, err)
	}
}

func TestOpenStaysWithItsVersion(t *testing.T) {
	s := newStack(t)
	for _, bucket := range []string{"kept", "plain"} {
		s.put(bucket, "k", "first", objects.Options{})
		r, err := s.Open(ctx, objects.Location{Bucket: bucket, Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		s.put(bucket, "k", "other", objects.Options{})
		text, err := io.ReadAll(r)
		if bucket == "kept" && (err != nil || string(text) != "first") {
			t.Errorf("with versions, reading = %q, %v", text, err)
		}
		if bucket == "plain" && !errors.Is(err, pipeline.ErrConflict) {
			t.Errorf("without versions, reading = %q, %v, want %v", text, err, pipeline.ErrConflict)
		}
	}
}

func TestListAndDeleteGoBeyondAPage(t *testing.T) {
	s := newStack(t)
	var keys []string
	for i := range 1100 {
		keys = append(keys, fmt.Sprintf("p/%04d", i))
		s.put("plain", keys[i], "x", objects.Options{})
	}
	s.put("plain", "q", "x", objects.Options{})
	var found []string
	for entry, err := range s.List(ctx, "plain", "p/") {
		if err != nil || entry.Size != 1 {
			t.Fatal(entry, err)
		}
		found = append(found, entry.Key)
	}
	if strings.Join(found, " ") != strings.Join(keys, " ") {
		t.Errorf("listed %d keys", len(found))
	}
	s.requests = nil
	if err := s.Delete(ctx, "plain", append(keys, "never there")...); err != nil || len(s.requests) != 2 {
		t.Errorf("Delete = %v in %d requests", err, len(s.requests))
	}
	for entry := range s.List(ctx, "plain", "") {
		if entry.Key != "q" {
			t.Errorf("%s is still there", entry.Key)
		}
	}
}

func TestDeleteReportsEachRefusedKey(t *testing.T) {
	o := objects.New(newClient(roundTrip(func(*http.Request) string {
		return `<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error><Error><Key>b</Key><Code>InternalError</Code><Message>oops</Message></Error></DeleteResult>`
	}), "https://s3.localhost"))
	err := o.Delete(ctx, "plain", "a", "b", "c")
	if !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), "delete s3://plain/b: InternalError: oops") {
		t.Errorf("Delete = %v", err)
	}
}

func TestPresignedPutsKeepTheirMetadata(t *testing.T) {
	s := newStack(t)
	url, headers, err := s.WithPresign(s.client("http://127.0.0.1:4566")).PresignPut(ctx, "kept", "packages/web/1.0.0/web.zip", map[string]string{"commit": "abc"}, time.Hour)
	if err != nil || !strings.HasPrefix(url, "http://127.0.0.1:4566/kept/packages/web/1.0.0/web.zip?") || strings.Contains(strings.ToLower(url), "checksum") {
		t.Fatalf("PresignPut = %s, %v", url, err)
	}
	r, err := http.NewRequest(http.MethodPut, url, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = headers
	response, err := s.RoundTrip(r)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("PUT = %v, %v", response, err)
	}
	info, err := s.Stat(ctx, objects.Location{Bucket: "kept", Key: "packages/web/1.0.0/web.zip"})
	if err != nil || info.Size != 4 || info.Metadata["commit"] != "abc" {
		t.Errorf("the object is %+v, %v", info, err)
	}
}
