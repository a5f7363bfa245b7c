package objects_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
)

// A stack is objects on an S3 of its own, with the buckets "plain" and "kept", which has versions.
type stack struct {
	*objects.Objects
	t        *testing.T
	engine   *s3.Engine
	requests []string                      // "METHOD path?query"
	refuse   func(r *http.Request) *string // the body of a 403, or nil
}

func newStack(t *testing.T) *stack {
	t.Helper()
	ids := 0
	engine, err := s3.New(s3.Config{
		Store: store.NewMemory(), Clock: clock.NewVirtual(time.Now()), // presigned URLs are signed for the machine's time
		NewID: func() string { ids++; return fmt.Sprintf("id%06d", ids) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []s3.BucketSpec{{Name: "plain"}, {Name: "kept", Versioned: true}} {
		if err := engine.CreateBucket(spec); err != nil {
			t.Fatal(err)
		}
	}
	s := &stack{t: t, engine: engine}
	s.Objects = objects.New(s.client("https://s3.localhost"))
	return s
}

func (s *stack) client(endpoint string) *sdk.Client { return newClient(s, endpoint) }

func newClient(transport http.RoundTripper, endpoint string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("slipway", "secret", ""),
		HTTPClient:  &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	})
}

// RoundTrip implements [http.RoundTripper]; it ends in the engine.
func (s *stack) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
	answer := httptest.NewRecorder()
	if body := s.refusal(r); body != nil {
		answer.WriteHeader(http.StatusForbidden)
		_, _ = answer.WriteString(*body) // to memory, it doesn't fail
	} else {
		s.engine.ServeHTTP(answer, r)
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

func (s *stack) refusal(r *http.Request) *string {
	if s.refuse == nil {
		return nil
	}
	return s.refuse(r)
}

func (s *stack) put(bucket, key, body string, o objects.Options) {
	s.t.Helper()
	if err := s.Put(context.Background(), bucket, key, strings.NewReader(body), o); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stack) read(l objects.Location) string {
	s.t.Helper()
	body, err := s.Read(context.Background(), l)
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

// roundTrip answers every request with a body.
type roundTrip func(*http.Request) string

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	_, _ = answer.WriteString(f(r)) // to memory, it doesn't fail
	response := answer.Result()
	response.Request = r
	return response, nil
}
