package local

import (
	"bytes"
	"fmt"
	"strings"

	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/sns"
	"slipway/infra/local/store"
)

// target returns what a rule or a schedule delivers to.
func (s *Stack) target(arn string) (eventbridge.Target, error) {
	switch {
	case strings.HasPrefix(arn, "arn:aws:lambda:"):
		return functionTarget{s, arn}, nil
	case strings.HasPrefix(arn, "arn:aws:sns:"):
		return topicTarget{s.topics, arn}, nil
	case strings.HasPrefix(arn, "arn:aws:sqs:"):
		return queueTarget{s, arn}, nil
	}
	return nil, fmt.Errorf("target %s: local mode delivers to Lambda functions, SNS topics and SQS queues only", arn)
}

// A topicTarget publishes events to a topic.
type topicTarget struct {
	topics *sns.Engine
	arn    string
}

// Deliver implements [eventbridge.Target].
func (t topicTarget) Deliver(tx store.Tx, payload []byte) error {
	_, err := t.topics.Publish(tx, t.arn, sns.Message{Body: string(payload)})
	return err
}

// A queueTarget sends events to a queue.
type queueTarget struct {
	stack *Stack
	arn   string
}

// Deliver implements [eventbridge.Target].
func (t queueTarget) Deliver(tx store.Tx, payload []byte) error {
	return t.stack.queues.Send(tx, t.arn, string(payload), nil)
}

// A functionTarget queues events for a function.
type functionTarget struct {
	stack *Stack
	arn   string
}

// Deliver implements [eventbridge.Target].
func (t functionTarget) Deliver(tx store.Tx, payload []byte) error {
	if r := t.stack.config.Rehearsal; r != nil && r.Deliver != nil {
		tx.OnCommit(func() { t.rehearse(r, payload) })
		return nil
	}
	return t.stack.functions.InvokeAsync(tx, t.arn, payload)
}

// rehearse delivers payload as often and as late as r says.
func (t functionTarget) rehearse(r *Rehearsal, payload []byte) {
	_, function, _ := strings.Cut(t.arn, ":function:")
	payload = bytes.Clone(payload)
	for _, delay := range r.Deliver(function, payload) {
		clock.After(t.stack.config.Clock, delay, func() {
			err := t.stack.config.Store.Update(func(tx store.Tx) error { return t.stack.functions.InvokeAsync(tx, t.arn, payload) })
			if err != nil {
				t.stack.config.Report(fmt.Errorf("deliver to %s: %w", function, err))
			}
		})
	}
}
