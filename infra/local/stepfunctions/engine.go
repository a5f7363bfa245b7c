// Package stepfunctions is AWS Step Functions on one machine: Standard
// workflows in the JSONata dialect of the Amazon States Language, with the
// service's execution history, task tokens, retries, time-outs, nested
// executions, Map Runs and redrives.
package stepfunctions

import (
	"context"
	"errors"
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
	// Services are the other services that tasks may call, by the name that a Resource
	// has for them: "events", "sqs" and "sns". A definition with a task for one that
	// isn't there is refused.
	Services map[string]ServiceCall
	// ReadObject, if set, returns an S3 object, its latest version when version is empty.
	ReadObject func(ctx context.Context, bucket, key, version string) ([]byte, error)
	// ListObjects, if set, returns all objects of a bucket whose keys start with prefix, in their order.
	ListObjects func(ctx context.Context, bucket, prefix string) ([]Object, error)
	// WriteObject, if set, writes an S3 object. Without these three hooks, a definition
	// whose Distributed Map state reads from or writes to S3 is refused.
	WriteObject func(ctx context.Context, bucket, key string, body []byte) error
	// Started, if set, is called inside the transaction of each StartExecution request that starts an execution.
	Started func(tx store.Tx, s Start)
	// Changed, if set, is called inside the transaction that changes an execution's status.
	Changed func(tx store.Tx, c StatusChange)
	// Evaluated, if set, is told of each evaluation of a JSONata expression.
	Evaluated func(Evaluation)
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
		query:       newQuerier(c.Clock.Now, c.NewID, c.Evaluated),
		alarms:      map[string]alarm{},
		definitions: map[string]*definition{},
	}
	e.api = e.service()
	return e
}

// background runs f as soon as possible, apart from its caller.
func (e *Engine) background(f func() error) {
	clock.Go(e.Clock, func() { e.report(f()) })
}

// afterCommit runs f in the background once tx has committed.
func (e *Engine) afterCommit(tx store.Tx, f func() error) { tx.OnCommit(func() { e.background(f) }) }

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
