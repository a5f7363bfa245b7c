package sqs

import (
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// receive takes up to limit visible messages of q, oldest visibility first, and
// hides them for the given time. Messages that were received too often move to
// the dead-letter queue instead, and expired ones go.
func (e *Engine) receive(tx store.Tx, q queue, limit int, hide time.Duration) ([]message, error) {
	visible, err := e.visible(tx, q, limit)
	if err != nil {
		return nil, err
	}
	now := e.Clock.Now()
	var received []message
	for _, m := range visible {
		switch {
		case m.expired(q, now):
			remove(tx, q.Name, m)
		case q.exhausted(m):
			err = e.redrive(tx, q, m)
		default:
			m.Receives++
			if m.Received.IsZero() {
				m.Received = now
			}
			received = append(received, m)
			err = reschedule(tx, q.Name, m, now.Add(hide))
		}
		if err != nil {
			return nil, err
		}
	}
	return received, nil
}

// exhausted tells whether m has been received as often as q allows.
func (q queue) exhausted(m message) bool {
	return q.RedriveTarget != "" && m.Receives >= q.MaxReceiveCount
}

// visible returns the visible messages of q up to the limit-th that may be received.
func (e *Engine) visible(tx store.Tx, q queue, limit int) (found []message, err error) {
	now, receivable := e.Clock.Now(), 0
	for key := range ofQueue(tx, dueTable, q.Name) {
		at, seq := splitDueKey(key)
		if receivable == limit || at.After(now) {
			break
		}
		m, err := load(tx, q.Name, seq)
		if err != nil {
			return nil, err
		}
		if m == nil {
			return nil, fmt.Errorf("queue %s: message %d is due and missing", q.Name, seq)
		}
		found = append(found, *m)
		if !m.expired(q, now) && !q.exhausted(*m) {
			receivable++
		}
	}
	return found, nil
}

// redrive moves m from q to the dead-letter queue of q. It keeps the time at
// which it was sent, per "Understanding message retention periods for
// dead-letter queues".
func (e *Engine) redrive(tx store.Tx, q queue, m message) error {
	target, err := e.queue(tx, q.RedriveTarget)
	if err != nil {
		return fmt.Errorf("redrive from queue %s: %w", q.Name, err)
	}
	remove(tx, q.Name, m)
	m.Receives, m.Received, m.Visible = 0, time.Time{}, e.Clock.Now()
	m.Source = e.ARN(q.Name)
	tx.OnCommit(func() { e.arrivals.announce(target.Name) })
	return save(tx, target.Name, m)
}
