// Package sqs is Amazon SQS on one machine: standard queues with visibility
// time-outs, delays, retention and redrive to dead-letter queues, for other
// engines through [Engine.Send] and for clients through the JSON and the query protocol.
package sqs

import (
	"fmt"
	"net/http"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// Config is what an Engine depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a fresh identifier for messages and requests.
	NewID func() string

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// BaseURL returns the address that queue URLs start with, without a slash at its end.
	BaseURL func() string
}

// An Engine holds queues. All of its state is in the store, and time alone
// moves nothing: what is due (a time-out, a retention) takes effect when the
// queue is next used, so the engine has no background work to resume.
type Engine struct {
	Config
	arrivals arrivals
	api      awsjson.Service
}

var _ http.Handler = (*Engine)(nil)

// New returns an engine over the queues that c.Store holds.
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{Config: c, arrivals: arrivals{waiting: map[string]chan struct{}{}}}
	e.api = e.service()
	return e
}

// ARN returns the ARN of the queue called name, whether it exists or not.
func (e *Engine) ARN(name string) string {
	return fmt.Sprintf("arn:aws:sqs:%s:%s:%s", e.Region, e.Account, name)
}

// URL returns the URL of the queue called name, whether it exists or not.
func (e *Engine) URL(name string) string {
	return fmt.Sprintf("%s/%s/%s", e.BaseURL(), e.Account, name)
}

// nameOf returns the name of a queue given its name or its ARN.
func nameOf(queue string) string {
	if strings.HasPrefix(queue, "arn:") {
		return queue[strings.LastIndex(queue, ":")+1:]
	}
	return queue
}
