package sqs

import (
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// A Message is one message as [Engine.Messages] shows it. The attributes are
// the message attributes by name; a binary one shows its raw bytes.
type Message struct {
	ID           string
	Body         string
	Attributes   map[string]string
	Sent         time.Time
	ReceiveCount int
}

// A message is one message as the store holds it.
type message struct {
	ID         string
	Body       string
	Attributes map[string]attribute `json:",omitempty"`
	Sender     string
	Sent       time.Time // kept when the message moves to a dead-letter queue
	Visible    time.Time // the next time at which it may be received
	Received   time.Time // first received, or zero
	Receives   int
	Source     string `json:",omitempty"` // ARN of the queue that a dead letter came from
	seq        uint64 // its place in the queue; part of its key
}

// expired tells whether m has outlived the retention of q at now.
func (m message) expired(q queue, now time.Time) bool {
	return !now.Before(m.Sent.Add(q.MessageRetention))
}

func (m message) shown() Message {
	shown := Message{m.ID, m.Body, map[string]string{}, m.Sent, m.Receives}
	for name, a := range m.Attributes {
		shown.Attributes[name] = a.StringValue + string(a.BinaryValue)
	}
	return shown
}

// Messages returns every message that the queue (a name or ARN) holds, in the
// order of arrival, received ones among them. It receives none.
func (e *Engine) Messages(queue string) (shown []Message, err error) {
	err = e.Store.View(func(tx store.Tx) error {
		q, err := e.queue(tx, queue)
		if err != nil {
			return err
		}
		return e.each(tx, q, func(m message) { shown = append(shown, m.shown()) })
	})
	return shown, err
}

// Depth returns how many messages the queue (a name or ARN) holds: visible,
// received and delayed ones.
func (e *Engine) Depth(queue string) (depth int, err error) {
	err = e.Store.View(func(tx store.Tx) error {
		q, err := e.queue(tx, queue)
		if err != nil {
			return err
		}
		return e.each(tx, q, func(message) { depth++ })
	})
	return depth, err
}

// each calls f for the messages of q in the order of arrival, without the expired ones.
func (e *Engine) each(tx store.Tx, q queue, f func(message)) error {
	now := e.Clock.Now()
	for key, value := range ofQueue(tx, messagesTable, q.Name) {
		m, err := store.ParseJSON[message](messagesTable, value)
		if err != nil {
			return fmt.Errorf("message %x of queue %s: %w", key, q.Name, err)
		}
		if !m.expired(q, now) {
			f(*m)
		}
	}
	return nil
}

// load returns the message of queue at seq, or nil when there is none.
func load(tx store.Tx, queue string, seq uint64) (*message, error) {
	m, err := store.GetJSON[message](tx, messagesTable, messageKey(queue, seq))
	if err != nil {
		return nil, fmt.Errorf("message %d of queue %s: %w", seq, queue, err)
	}
	if m != nil {
		m.seq = seq
	}
	return m, nil
}

// save puts m into queue under a new sequence.
func save(tx store.Tx, queue string, m message) error {
	m.seq = store.NextSequence(tx, sequenceTable, sequenceKey)
	return write(tx, queue, m)
}

// reschedule stores m, which was read from queue, and makes it visible at the given time.
func reschedule(tx store.Tx, queue string, m message, visible time.Time) error {
	remove(tx, queue, m)
	m.Visible = visible
	return write(tx, queue, m)
}

func write(tx store.Tx, queue string, m message) error {
	tx.Put(dueTable, dueKey(queue, m.Visible, m.seq), nil)
	return store.PutJSON(tx, messagesTable, messageKey(queue, m.seq), m)
}

func remove(tx store.Tx, queue string, m message) {
	tx.Delete(dueTable, dueKey(queue, m.Visible, m.seq))
	tx.Delete(messagesTable, messageKey(queue, m.seq))
}
