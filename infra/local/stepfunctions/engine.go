// Package stepfunctions is AWS Step Functions on one machine: Standard
// workflows in the JSONata dialect of the Amazon States Language, with the
// service's execution history, task tokens, retries and time-outs.
package stepfunctions

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// Config is what an [Engine] depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	NewID func() string // returns a new unique identifier, such as a UUID

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// Invoke runs a Lambda function, named by ARN or name, and returns its answer.
	// An error of the function comes back as a [*Fault] whose Name is the error type
	// and whose Cause is the function's error JSON.
	Invoke func(ctx context.Context, function string, payload []byte) ([]byte, error)
	// Started, if set, is called inside the transaction of each StartExecution request that starts an execution.
	Started func(tx store.Tx, s Start)
	// Changed, if set, is called inside the transaction that changes an execution's status.
	Changed func(tx store.Tx, c StatusChange)
	// Report, if set, receives the errors of background work, which mean that the
	// store failed; without it they panic, as the engine can't go on.
	Report func(error)
}

// Start tells who started an execution through the API.
type Start struct {
	Caller          string // access key id that signed the request
	ExecutionARN    string
	StateMachineARN string
	Name            string
	Time            time.Time
}

// Engine runs state machines. Its whole state is in its store; what it holds in
// memory is derived from there.
type Engine struct {
	Config
	query querier
	api   awsjson.Service

	mu          sync.Mutex
	alarms      map[string]alarm       // by execution ARN
	definitions map[string]*definition // by revision
}

// New returns an engine on c.Store. Call [Engine.Create] for each state machine
// and then [Engine.Resume].
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{
		Config:      c,
		query:       newQuerier(c.Clock.Now, c.NewID),
		alarms:      map[string]alarm{},
		definitions: map[string]*definition{},
	}
	e.api = e.service()
	return e
}

// Resume goes on with every running execution that the store holds: waits and
// time-outs keep their deadlines, task tokens stay valid, and a Lambda function
// whose answer was not recorded is invoked again.
func (e *Engine) Resume() error {
	var running []string
	err := e.Store.View(func(tx store.Tx) error {
		for name := range tx.Scan(machineTable, nil) {
			running = append(running, executionsWithStatus(tx, string(name), Running)...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("resume executions: %w", err)
	}
	for _, arn := range running {
		if err := e.update(arn, (*run).recall); err != nil {
			return fmt.Errorf("resume execution %s: %w", arn, err)
		}
	}
	return nil
}

// background runs f as soon as possible, apart from its caller.
func (e *Engine) background(f func() error) {
	clock.Go(e.Clock, func() { e.report(f()) })
}

// errStale tells that what a background job was for is over; it changes nothing.
var errStale = errors.New("nothing left to do")

func (e *Engine) report(err error) {
	switch {
	case err == nil || errors.Is(err, errStale):
	case e.Report != nil:
		e.Report(err)
	default:
		panic(err)
	}
}
