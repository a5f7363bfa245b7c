// Package sns is Amazon SNS on one machine: standard topics whose messages go to
// SQS queues, Lambda functions and mail addresses, with filter policies, retries
// and dead-letter queues. It speaks the AWS query protocol.
//
// What it delivers is not signed: the field Signature and the address of the
// certificate are empty, so that a receiver that verifies them refuses the
// message. No mail leaves the process, and a subscription of a mail address stays
// pending for ever: what it would be sent is told to [Config.Mail].
package sns

import (
	"fmt"
	"net/http"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/outbox"
	"slipway/infra/local/store"
)

// Config is what an Engine depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a fresh identifier for subscriptions, messages and requests. It
	// holds no colon.
	NewID func() string

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// BaseURL returns the address that the links in messages start with, without a
	// slash at its end.
	BaseURL func() string
	// Send puts a message into the queue with the given ARN, in tx: subscribed queues
	// and dead-letter queues. The attributes become message attributes of type String.
	Send func(tx store.Tx, queueARN, body string, attributes map[string]string) error
	// Invoke queues an event for the function with the given ARN, in tx.
	Invoke func(tx store.Tx, functionARN string, event []byte) error
	// Mail, if set, is told of each message that a mail address would be sent, after
	// the commit of its delivery. A topic is named by its ARN.
	Mail func(topic, to, subject, message string)
	// Report, if set, receives the errors of background work: the store or a
	// dead-letter queue failed. The delivery concerned stays in the store until the
	// next [Engine.Resume]. Without Report they panic.
	Report func(error)
}

// An Engine holds topics and subscriptions, and the deliveries that are under
// way. All of its state is in the store.
type Engine struct {
	Config
	operations map[string]awsjson.Operation
	deliveries outbox.Box[delivery]
}

var _ http.Handler = (*Engine)(nil)

// New returns an engine over the topics that c.Store holds. Call [Engine.Create]
// and [Engine.Subscribe] for what else there is, and then [Engine.Resume].
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{Config: c}
	e.operations = e.actions()
	e.deliveries = e.newDeliveries()
	return e
}

// ARN returns the ARN of the topic called name, whether it exists or not.
func (e *Engine) ARN(name string) string {
	return fmt.Sprintf("arn:aws:sns:%s:%s:%s", e.Region, e.Account, name)
}
