package table_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"slipway/events"
	"slipway/infra/local/clock"
	engine "slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// storefront is the chain of the project of most tests.
const storefront pipeline.Chain = "project/storefront"

// A stack is a table on a DynamoDB of its own, at noon until the clock is moved.
type stack struct {
	*table.Table
	*testing.T
	clock  *clock.Virtual
	client *dynamodb.Client

	mu    sync.Mutex
	calls []string // the operations that were asked for
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{T: t, clock: clock.NewVirtual(noon)}
	tables := engine.New(engine.Config{Store: store.NewMemory(), Clock: s.clock})
	s.must(tables.CreateTable(engine.TableSpec{Name: "slipway", StreamViewType: "NEW_IMAGE", TTLAttribute: "expiresAt", Key: engine.KeySchema{
		Hash: engine.Attribute{Name: "pk", Type: "S"}, Range: engine.Attribute{Name: "sk", Type: "S"}}}))
	s.client = dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://dynamodb.local"), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: &http.Client{Transport: transport{s, tables}}})
	s.Table = table.Open(s.client, "slipway", s.clock.Now)
	return s
}

// A transport ends in a handler instead of a socket, and notes the operations.
type transport struct {
	stack   *stack
	handler http.Handler
}

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.stack.note(r.Header.Get("X-Amz-Target"))
	recorder := httptest.NewRecorder()
	t.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func (s *stack) note(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, strings.TrimPrefix(target, "DynamoDB_20120810."))
}

func (s *stack) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stack) wantError(what string, got, want error) {
	s.Helper()
	if !errors.Is(got, want) {
		s.Errorf("%s: error %v, want %v", what, got, want)
	}
}

// write makes one change of a chain without a condition of its own.
func (s *stack) write(chain pipeline.Chain, c pipeline.Change) {
	s.Helper()
	s.must(s.Change(s.Context(), chain, func(context.Context) (pipeline.Change, error) { return c, nil }))
}

// audit returns all records of a chain, and checks that it verifies.
func (s *stack) audit(chain pipeline.Chain) []pipeline.AuditEntry {
	s.Helper()
	all, err := s.Audit(s.Context(), chain, 0, 0)
	s.must(err)
	var previous events.Record
	for _, a := range all {
		s.must(a.Verify(previous))
		previous = a.Record
	}
	return all
}

// release returns release number n of storefront, version 1.n.0.
func release(n int) pipeline.Release {
	return pipeline.Release{Project: "storefront", Number: n, Version: pipeline.MustVersion(fmt.Sprintf("1.%d.0", n)), Channel: "stable", Document: "sha256:1",
		CreatedAt: noon, Packages: []pipeline.ReleasePackage{{Name: "web", Version: pipeline.MustVersion(fmt.Sprintf("1.%d.0", n)), Digest: "sha256:2",
			Location: pipeline.Location{Bucket: "b", Key: "k", Size: 1 << 40}, Build: events.Build{Author: "<developer1>"}}}}
}

// deployment returns the attempt to put release n into environment, and its event.
func deployment(n int, environment string, attempt int) (pipeline.Deployment, events.Event) {
	return pipeline.NewDeployment(release(n), environment, attempt, pipeline.Requester{By: "manager1"}, noon)
}

// request writes a deployment as the function that requests it does.
func (s *stack) request(n int, environment string, attempt int) pipeline.Deployment {
	s.Helper()
	d, requested := deployment(n, environment, attempt)
	s.write(storefront, pipeline.Change{By: "manager1", Deployments: []pipeline.Deployment{d}, Events: []events.Event{requested}})
	return d
}
