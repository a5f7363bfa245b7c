package sqs

import (
	"fmt"
	"time"
	"unicode/utf8"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

const (
	maxMessageBytes = 1 << 20 // body and attributes together; also all messages of one batch
	maxDelay        = 15 * time.Minute
)

// Send puts a message into the queue with the given ARN, in tx. The attributes
// become message attributes of type String; an empty one is left out, because
// SQS knows no empty attribute.
func (e *Engine) Send(tx store.Tx, queueARN, body string, attributes map[string]string) error {
	q, err := e.queue(tx, queueARN)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	m := message{Body: body, Sender: e.Account, Attributes: map[string]attribute{}}
	for name, value := range attributes {
		if value != "" {
			m.Attributes[name] = attribute{DataType: "String", StringValue: value}
		}
	}
	if _, err := e.send(tx, q, m, 0); err != nil {
		return fmt.Errorf("send message to queue %s: %w", q.Name, err)
	}
	return nil
}

// send checks m, puts it into q after delay and returns it as it was sent.
func (e *Engine) send(tx store.Tx, q queue, m message, delay time.Duration) (message, error) {
	if err := check(m, delay); err != nil {
		return message{}, err
	}
	m.ID = e.NewID()
	m.Sent = e.Clock.Now()
	m.Visible = m.Sent.Add(delay)
	if err := e.forget(tx, q); err != nil {
		return message{}, err
	}
	if err := save(tx, q.Name, m); err != nil {
		return message{}, err
	}
	tx.OnCommit(func() { e.arrivals.announce(q.Name) })
	return m, nil
}

// check returns what SQS says of m or delay where it would refuse them.
func check(m message, delay time.Duration) error {
	switch {
	case m.Body == "":
		return awsjson.Errorf("MissingParameter", "The request must contain the parameter MessageBody.")
	case m.size() > maxMessageBytes:
		return invalidValue("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", maxMessageBytes)
	case delay < 0 || delay > maxDelay:
		return invalidValue("Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", int(delay.Seconds()))
	}
	if err := checkText(m.Body); err != nil {
		return err
	}
	return checkAttributes(m.Attributes)
}

// checkText holds body against the characters that SQS allows: those of XML 1.0.
func checkText(body string) error {
	for i, r := range body {
		allowed := r == '\t' || r == '\n' || r == '\r' || (r >= 0x20 && r != 0xFFFE && r != 0xFFFF)
		if r == utf8.RuneError {
			_, width := utf8.DecodeRuneInString(body[i:])
			allowed = width > 1 // an encoded U+FFFD, not a broken byte
		}
		if !allowed {
			return awsjson.Errorf("InvalidMessageContents",
				"Invalid binary character '#x%X' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF", r)
		}
	}
	return nil
}

// size returns what counts against [maxMessageBytes].
func (m message) size() int {
	size := len(m.Body)
	for name, a := range m.Attributes {
		size += len(name) + len(a.DataType) + len(a.value())
	}
	return size
}

// forget removes the expired messages at the head of q, so that a queue that
// nobody receives from doesn't grow for ever.
func (e *Engine) forget(tx store.Tx, q queue) error {
	now := e.Clock.Now()
	var expired []message
	for key := range ofQueue(tx, messagesTable, q.Name) {
		m, err := load(tx, q.Name, sequenceOf(key))
		if err != nil {
			return err
		}
		if !m.expired(q, now) {
			break
		}
		expired = append(expired, *m)
	}
	for _, m := range expired {
		remove(tx, q.Name, m)
	}
	return nil
}
