package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/lambda"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const (
	deadARN    = "arn:aws:sqs:us-east-1:000000000000:dead"
	failureARN = "arn:aws:sqs:us-east-1:000000000000:failures"
)

// A bench is an engine on a virtual clock; it keeps what the engine sends.
type bench struct {
	*testing.T
	engine  *lambda.Engine
	clock   *clock.Virtual
	store   store.Store
	ids     atomic.Int64
	sent    []message
	refuse  error // what Send answers
	reports []error
}

type message struct {
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
	b.engine = lambda.New(lambda.Config{Store: b.store, Clock: b.clock, Send: b.keep,
		NewID:  func() string { return fmt.Sprintf("id-%d", b.ids.Add(1)) },
		Report: func(err error) { b.reports = append(b.reports, err) }})
}

func (b *bench) keep(_ store.Tx, queueARN, body string, attributes map[string]string) error {
	if b.refuse == nil {
		b.sent = append(b.sent, message{queueARN, body, attributes})
	}
	return b.refuse
}

func (b *bench) create(spec lambda.FunctionSpec) {
	b.Helper()
	if err := b.engine.Create(spec); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) resume() {
	b.Helper()
	if err := b.engine.Resume(); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) invokeAsync(function, payload string) {
	b.Helper()
	err := b.store.Update(func(tx store.Tx) error { return b.engine.InvokeAsync(tx, function, []byte(payload)) })
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) idle() bool {
	b.Helper()
	idle, err := b.engine.Idle()
	if err != nil {
		b.Fatal(err)
	}
	return idle
}

// pass moves the clock forward by d.
func (b *bench) pass(d time.Duration) { b.clock.RunUntil(b.clock.Now().Add(d)) }

// A handlerFunc is a handler that gets the payload as it is.
type handlerFunc func(ctx context.Context, payload []byte) ([]byte, error)

func (f handlerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}

// failing returns a handler that counts its calls and fails the first n of them.
func failing(calls *int, n int) handlerFunc {
	return func(_ context.Context, payload []byte) ([]byte, error) {
		if *calls++; *calls <= n {
			return nil, errors.New("no luck")
		}
		return payload, nil
	}
}
