package s3_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"slipway/infra/local/clock"
	"slipway/infra/local/s3"
	"slipway/infra/local/store"
)

// open starts an engine on a store in a file, on the wall clock.
func open(t *testing.T, folder string) (*s3.Engine, *store.File) {
	file, err := store.OpenFile(filepath.Join(folder, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	ids, start := new(atomic.Int64), fmt.Sprintf("%p", file)
	engine, err := s3.New(s3.Config{Store: file, Clock: clock.NewWall(), Blobs: filepath.Join(folder, "blobs"),
		NewID: func() string { return fmt.Sprintf("%s-%d", start, ids.Add(1)) }})
	if err == nil {
		err = engine.CreateBucket(s3.BucketSpec{Name: "plain"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return engine, file
}

func exchange(e *s3.Engine, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://s3.localhost"+target, strings.NewReader(body))
	r.Header.Set("Authorization", "AWS test:signature")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestObjectsAndUploadsSurviveARestart(t *testing.T) {
	folder := t.TempDir()
	engine, file := open(t, folder)
	exchange(engine, "PUT", "/plain/k", "hello")
	_, id, _ := strings.Cut(exchange(engine, "POST", "/plain/up?uploads", "").Body.String(), "<UploadId>")
	id, _, _ = strings.Cut(id, "</UploadId>")
	etag := exchange(engine, "PUT", "/plain/up?partNumber=1&uploadId="+id, "part").Header().Get("ETag")
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	engine, file = open(t, folder)
	defer file.Close()
	exchange(engine, "POST", "/plain/up?uploadId="+id,
		"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"+etag+"</ETag></Part></CompleteMultipartUpload>")
	for target, want := range map[string]string{"/plain/k": "hello", "/plain/up": "part"} {
		if got := exchange(engine, "GET", target, ""); got.Body.String() != want {
			t.Errorf("GET %s: %d %s, want %q", target, got.Code, got.Body, want)
		}
	}
}

func TestReadersSeeWholeObjectsWhileWritersReplaceThem(t *testing.T) {
	engine, file := open(t, t.TempDir())
	defer file.Close()
	body := func(n int) string { return strings.Repeat(fmt.Sprint(n), 1000) }
	exchange(engine, "PUT", "/plain/k", body(0))
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for range 8 {
				if got := exchange(engine, "PUT", "/plain/k", body(n)); got.Code != http.StatusOK {
					t.Errorf("PUT: %d %s", got.Code, got.Body)
				}
			}
		})
		all.Go(func() {
			for range 40 {
				got := exchange(engine, "GET", "/plain/k", "")
				if read := got.Body.String(); got.Code != http.StatusOK || read != strings.Repeat(read[:1], 1000) {
					t.Errorf("GET: %d %.80s", got.Code, read)
				}
			}
		})
	}
	all.Wait()
}

func TestOnlyOneOfManyWritersMakesAnObjectThatMustBeAbsent(t *testing.T) {
	engine, file := open(t, t.TempDir())
	defer file.Close()
	var all sync.WaitGroup
	var made atomic.Int64
	for n := range 8 {
		all.Go(func() {
			r := httptest.NewRequest("PUT", "http://s3.localhost/plain/k", strings.NewReader(fmt.Sprint(n)))
			r.Header.Set("Authorization", "AWS test:signature")
			r.Header.Set("If-None-Match", "*")
			w := httptest.NewRecorder()
			if engine.ServeHTTP(w, r); w.Code == http.StatusOK {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d writers made the object, want 1", made.Load())
	}
}
