// Package cloudwatch is the alarms of Amazon CloudWatch on one machine. There are no
// metrics, so that nothing evaluates an alarm: its state changes by SetAlarmState
// alone. A change of state is an event, and is published to the topics that the alarm
// names for it.
//
// It speaks the three protocols that CloudWatch does: Smithy RPC v2 CBOR, AWS JSON 1.0
// and the older query protocol.
package cloudwatch

import (
	"fmt"
	"net/http"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// Config is what an Engine depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a fresh identifier for metrics in events and for requests.
	NewID func() string

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// Changed is called inside the transaction that changes an alarm's state.
	Changed func(tx store.Tx, c StateChange)
	// Publish publishes an alarm's message to the topic with the given ARN, in tx. An
	// [*awsjson.Error], for which it must not have written anything, is noted in the
	// alarm's history, and the state changes nevertheless.
	Publish func(tx store.Tx, topicARN, subject, message string) error
}

// An Engine holds alarms and their history. All of its state is in the store.
type Engine struct {
	Config
	api awsjson.Service
}

var _ http.Handler = (*Engine)(nil)

// The store tables of this engine.
const (
	alarmsTable   = "cloudwatch/alarms"   // name → alarm
	declaredTable = "cloudwatch/declared" // name → the Spec that Create got last
	historyTable  = "cloudwatch/history"  // name, 0, sequence → historyItem
	sequenceTable = "cloudwatch/sequence" // sequenceKey → the last sequence given out
	sequenceKey   = "last"
)

// New returns an engine over the alarms that c.Store holds. Call [Engine.Create] for
// those that the stack declares.
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{Config: c}
	e.api = e.service()
	return e
}

// ARN returns the ARN of the alarm called name, whether it exists or not.
func (e *Engine) ARN(name string) string {
	return fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", e.Region, e.Account, name)
}

// timestamp writes t as CloudWatch's events and messages do.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }
