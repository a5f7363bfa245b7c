package s3_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"slipway/infra/local/clock"
	"slipway/infra/local/s3"
	"slipway/infra/local/store"
)

// A stack is an engine on a virtual clock, and what it reported.
type stack struct {
	t       reporter
	engine  *s3.Engine
	clock   *clock.Virtual
	store   store.Store
	blobs   string // empty when bodies are kept in the store
	created []s3.ObjectCreated
}

// A reporter is the side of a test that a stack reports to; a property test's is no [testing.TB].
type reporter interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newStack starts an engine on an empty store, with the bucket "plain", and the
// bucket "kept", which has versions and events.
func newStack(t reporter, blobs string) *stack {
	s := &stack{t: t, clock: clock.NewVirtual(epoch), store: store.NewMemory(), blobs: blobs}
	s.start()
	for _, spec := range []s3.BucketSpec{{Name: "plain"}, {Name: "kept", Versioned: true, EventBridge: true}} {
		s.must(s.engine.CreateBucket(spec))
	}
	return s
}

// start starts an engine on the stack's store, as after a restart.
func (s *stack) start() {
	ids := 0
	var err error
	starts := fmt.Sprintf("%p", new(int))
	s.engine, err = s3.New(s3.Config{Store: s.store, Clock: s.clock, Blobs: s.blobs,
		NewID:   func() string { ids++; return fmt.Sprintf("id%s-%06d", starts, ids) },
		Created: func(_ store.Tx, o s3.ObjectCreated) { s.created = append(s.created, o) }})
	s.must(err)
}

func (s *stack) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// RoundTrip hands a request to the engine in process. The names of headers come as a
// connection's reader would give them.
func (s *stack) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	s.engine.ServeHTTP(answer, r)
	response := answer.Result()
	sent := response.Header
	response.Request, response.Header = r, http.Header{}
	for name, values := range sent {
		response.Header[http.CanonicalHeaderKey(name)] = values
	}
	return response, nil
}

// client is the SDK's own client; over https it sends aws-chunked bodies with trailing checksums.
func (s *stack) client(scheme string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(scheme + "://s3.localhost"), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""),
		HTTPClient:  &http.Client{Transport: s}, RetryMaxAttempts: 1,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	})
}

// put puts an object over https and returns the answer.
func (s *stack) put(bucket, key, body string) *sdk.PutObjectOutput {
	s.t.Helper()
	out, err := s.client("https").PutObject(context.Background(), &sdk.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(body)})
	s.must(err)
	return out
}

// get returns the body of an object.
func (s *stack) get(in *sdk.GetObjectInput) string {
	s.t.Helper()
	out, err := s.client("https").GetObject(context.Background(), in)
	s.must(err)
	body, err := io.ReadAll(out.Body)
	s.must(err)
	return string(body)
}

// send sends a plain request signed by manager1, with headers as "Name: value".
func (s *stack) send(method, target, body string, headers ...string) *http.Response {
	s.t.Helper()
	return s.sendAnonymous(method, target, body, append(headers, "Authorization: AWS4-HMAC-SHA256 Credential=manager1/20260301/us-east-1/s3/aws4_request")...)
}

func (s *stack) sendAnonymous(method, target, body string, headers ...string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequest(method, "http://s3.localhost"+target, bytes.NewReader([]byte(body)))
	s.must(err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	response, _ := s.RoundTrip(r)
	return response
}

func text(r *http.Response) string {
	var b strings.Builder
	_, _ = io.Copy(&b, r.Body) // of a recorder, it doesn't fail
	return b.String()
}

// code returns the code of an API error, "" for nil.
func code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return err.Error()
}

// eachKeeping runs test with bodies in files and with bodies in the store.
func eachKeeping(t *testing.T, test func(t *testing.T, s *stack)) {
	t.Run("in files", func(t *testing.T) { test(t, newStack(t, filepath.Join(t.TempDir(), "blobs"))) })
	t.Run("in the store", func(t *testing.T) { test(t, newStack(t, "")) })
}

func contentMD5(body string) string {
	sum := md5.Sum([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}
