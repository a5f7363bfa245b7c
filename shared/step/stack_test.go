package step_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/infra/local/clock"
	"slipway/infra/local/s3"
	"slipway/infra/local/store"
	"slipway/shared/objects"
	"slipway/shared/step"
)

// A stack is a runner on an S3 of its own.
type stack struct {
	t        *testing.T
	engine   *s3.Engine
	objects  *objects.Objects
	runner   *step.Runner
	requests []string // of S3, as "METHOD path?query"
	builds   []step.BuildRequest
	stopped  []string // ids of builds
}

func newStack(t *testing.T) *stack {
	t.Helper()
	ids := 0
	engine, err := s3.New(s3.Config{
		Store: store.NewMemory(), Clock: clock.NewVirtual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)),
		NewID: func() string { ids++; return fmt.Sprintf("id%06d", ids) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []s3.BucketSpec{{Name: "packages", Versioned: true}, {Name: "site"}, {Name: "work"}} {
		if err := engine.CreateBucket(spec); err != nil {
			t.Fatal(err)
		}
	}
	s := &stack{t: t, engine: engine}
	s.objects = objects.New(sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://s3.localhost"), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("slipway", "secret", ""),
		HTTPClient:  &http.Client{Transport: s}, RetryMaxAttempts: 1,
	}))
	s.runner = step.New(step.Dependencies{Objects: s.objects, Builds: s, WorkBucket: "work"})
	return s
}

// RoundTrip implements [http.RoundTripper]; it ends in the engine.
func (s *stack) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
	answer := httptest.NewRecorder()
	s.engine.ServeHTTP(answer, r)
	response := answer.Result()
	response.Request = r
	return response, nil
}

// Start implements [step.Builds].
func (s *stack) Start(_ context.Context, r step.BuildRequest) (string, error) {
	s.builds = append(s.builds, r)
	return fmt.Sprintf("scripts:%d", len(s.builds)), nil
}

// Stop implements [step.Builds].
func (s *stack) Stop(_ context.Context, id string) error {
	s.stopped = append(s.stopped, id)
	return nil
}

// push stores a zip archive of the files, given as name and contents in turn, as a package.
func (s *stack) push(files ...string) step.Artifact {
	s.t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.pushBytes(data.Bytes())
}

func (s *stack) pushBytes(data []byte) step.Artifact {
	s.t.Helper()
	at := objects.Location{Bucket: "packages", Key: "packages/web/1.4.0/web.zip"}
	s.put(at.Bucket, at.Key, string(data))
	info, err := s.objects.Stat(context.Background(), at)
	if err != nil {
		s.t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return step.Artifact{Version: "1.4.0", Bucket: at.Bucket, Key: at.Key, VersionID: info.VersionID,
		Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: info.Size}
}

func (s *stack) put(bucket, key, body string) {
	s.t.Helper()
	if err := s.objects.Put(context.Background(), bucket, key, strings.NewReader(body), objects.Options{}); err != nil {
		s.t.Fatal(err)
	}
}

// kept returns the keys of the work bucket but those of logs.
func (s *stack) kept() string {
	keys := slices.DeleteFunc(strings.Fields(s.list("work")), func(key string) bool { return strings.HasPrefix(key, "logs/") })
	return strings.Join(keys, " ")
}

// list returns the keys of a bucket.
func (s *stack) list(bucket string) string {
	s.t.Helper()
	var keys []string
	for entry, err := range s.objects.List(context.Background(), bucket, "") {
		if err != nil {
			s.t.Fatal(err)
		}
		keys = append(keys, entry.Key)
	}
	return strings.Join(keys, " ")
}

// read returns an object's body.
func (s *stack) read(bucket, key string) string {
	s.t.Helper()
	body, err := s.objects.Read(context.Background(), objects.Location{Bucket: bucket, Key: key})
	if err != nil {
		s.t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// work returns an attempt with the parameters.
func work(with string, a step.Artifact) step.Work {
	return step.Work{
		Execution: "storefront_1_production_1", Project: "storefront", Release: "1.4.0", Environment: "production",
		Step: "site", Attempt: 1, With: []byte(with), Timeout: time.Minute,
		Variables: []step.Variable{{Name: "API_URL", Value: "https://example.com"}},
		Packages:  map[string]step.Artifact{"web": a},
	}
}
