package eventbridge_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const (
	targetARN = "arn:aws:lambda:us-east-1:000000000000:function:promote"
	deadARN   = "arn:aws:sqs:us-east-1:000000000000:dead"
)

// A bench is an engine on a virtual clock with one target, an SDK client in
// front of it, and a note of what came out.
type bench struct {
	*testing.T
	engine   *eventbridge.Engine
	clock    *clock.Virtual
	store    store.Store
	client   *client.Client
	ids      int
	payloads []string // what the target got
	failing  int      // how many of the next hand-offs fail
	gone     bool     // the target can't be resolved
	dead     []letter
	observed []string
	reports  []error
	refuse   error // what Send answers
}

type letter struct {
	queue, body string
	attributes  map[string]string
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, clock: clock.NewVirtual(start), store: store.NewMemory()}
	b.restart()
	return b
}

// restart puts a new engine over the same store, on a clock without the work of the old one.
func (b *bench) restart() {
	b.clock = clock.NewVirtual(b.clock.Now())
	b.engine = eventbridge.New(eventbridge.Config{Store: b.store, Clock: b.clock, Target: b.target, Send: b.keep,
		NewID:   func() string { b.ids++; return fmt.Sprintf("id-%d", b.ids) },
		Observe: func(bus string, e eventbridge.Event) { b.observed = append(b.observed, bus+" "+e.ID+" "+e.DetailType) },
		Report:  func(err error) { b.reports = append(b.reports, err) }})
	b.client = client.New(client.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://events.local"),
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""),
		HTTPClient:  &http.Client{Transport: inProcess{b.engine}}, RetryMaxAttempts: 1})
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func (b *bench) target(arn string) (eventbridge.Target, error) {
	if arn != targetARN || b.gone {
		return nil, errors.New("unknown target " + arn)
	}
	return b, nil
}

// Deliver writes even when it fails, so that the test sees whether that is rolled back.
func (b *bench) Deliver(tx store.Tx, payload []byte) error {
	tx.Put("test/delivered", []byte(b.clock.Now().Format(time.RFC3339)), payload)
	if b.failing > 0 {
		b.failing--
		return throttled{}
	}
	b.payloads = append(b.payloads, string(payload))
	return nil
}

type throttled struct{}

func (throttled) Error() string     { return "too many" }
func (throttled) ErrorCode() string { return "THROTTLING" }

func (b *bench) keep(_ store.Tx, queueARN, body string, attributes map[string]string) error {
	if b.refuse == nil {
		b.dead = append(b.dead, letter{queueARN, body, attributes})
	}
	return b.refuse
}

// delivered returns how many hand-offs were committed.
func (b *bench) delivered() (n int) {
	b.Helper()
	err := b.store.View(func(tx store.Tx) error {
		for range tx.Scan("test/delivered", nil) {
			n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// rule makes a rule on the default bus for source slipway with one target.
func (b *bench) rule(target eventbridge.TargetSpec) {
	b.Helper()
	target.ID, target.ARN = "t", targetARN
	err := b.engine.PutRule(eventbridge.RuleSpec{Name: "promote", Pattern: json.RawMessage(`{"source":["slipway"]}`),
		Targets: []eventbridge.TargetSpec{target}})
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) put(bus string, ev eventbridge.Event) {
	b.Helper()
	if err := b.store.Update(func(tx store.Tx) error { return b.engine.Put(tx, bus, ev) }); err != nil {
		b.Fatal(err)
	}
}

func released() eventbridge.Event {
	return eventbridge.Event{Source: "slipway", DetailType: "release.created.v1", Resources: []string{"r"},
		Detail: json.RawMessage(`{"release":"1.4.0","note":"a \"b\" <c>","count":2,"tags":["x",{"y":1}]}`)}
}

// pass moves the clock forward by d.
func (b *bench) pass(d time.Duration) { b.clock.RunUntil(b.clock.Now().Add(d)) }

// post sends a raw request body to operation and returns the answer.
func (b *bench) post(operation, body string) (status int, answer string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSEvents."+operation)
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
