// Package lambda is AWS Lambda on one machine: Go handlers run in this process,
// synchronously, from a durable asynchronous queue with retries and
// destinations, and from table streams.
package lambda

import (
	"fmt"
	"net/http"
	"sync"

	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// Config is what an Engine depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a fresh request id.
	NewID func() string

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// Send puts a message into the queue with the given ARN, in tx: the on-failure
	// destinations and dead-letter queues of functions and mappings.
	Send func(tx store.Tx, queueARN, body string, attributes map[string]string) error
	// Report, if set, receives the errors of background work: the store, a stream
	// or a destination failed. The event concerned stays in the store until the
	// next [Engine.Resume]. Without Report they panic.
	Report func(error)
}

// An Engine holds functions and mappings, which are made anew at each start,
// and in its store the asynchronous invocations and the place of each mapping
// in its stream.
type Engine struct {
	Config
	api http.Handler

	mu        sync.RWMutex
	functions map[string]*function // by name
	mappings  []*mapping           // in the order in which they were made
}

var _ http.Handler = (*Engine)(nil)

// New returns an engine without functions. Call [Engine.Create] for each,
// [Engine.MapStream] for each mapping, and then [Engine.Resume].
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{Config: c, functions: map[string]*function{}}
	e.api = e.routes()
	return e
}

// ARN returns the ARN of the function called name, whether it exists or not.
func (e *Engine) ARN(name string) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", e.Region, e.Account, name)
}

// Resume goes on with the asynchronous invocations that were pending when the
// process ended, each at the time when it was due, and starts the mappings.
func (e *Engine) Resume() error {
	if err := e.resumeInvocations(); err != nil {
		return fmt.Errorf("resume invocations: %w", err)
	}
	for _, m := range e.allMappings() {
		m.wake()
	}
	return nil
}

// Idle tells whether no invocation is pending and no mapping is at work.
func (e *Engine) Idle() (bool, error) {
	pending, err := e.anyInvocation()
	if err != nil {
		return false, err
	}
	for _, m := range e.allMappings() {
		pending = pending || m.atWork()
	}
	return !pending, nil
}

func (e *Engine) allMappings() []*mapping {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.mappings
}

// report hands on an error that no caller waits for.
func (e *Engine) report(err error) {
	switch {
	case err == nil:
	case e.Report != nil:
		e.Report(err)
	default:
		panic(err)
	}
}
