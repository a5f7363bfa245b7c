package sns

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// defaultSubject is the subject of mail whose message has none.
const defaultSubject = "AWS Notification Message"

// A delivery is one message on its way to one subscription. It holds all that the
// subscription says of it, so that it outlives the subscription.
type delivery struct {
	Subscription subscription
	Notification notification
	Due          time.Time // the next attempt
	Failures     int
}

// queue stores the delivery of n to s, and hands it over after the commit.
func (e *Engine) queue(tx store.Tx, s subscription, n notification) error {
	return e.schedule(tx, store.NextSequence(tx, sequenceTable, sequenceKey), delivery{Subscription: s, Notification: n, Due: e.Clock.Now()})
}

// schedule stores d and attempts it when it is due.
func (e *Engine) schedule(tx store.Tx, seq uint64, d delivery) error {
	if err := store.PutJSON(tx, deliveriesTable, store.SequenceKey(seq), d); err != nil {
		return err
	}
	tx.OnCommit(func() { e.deliverAt(seq, d.Due) })
	return nil
}

func (e *Engine) deliverAt(seq uint64, due time.Time) {
	e.Clock.At(due, func() { e.report(e.deliver(seq)) })
}

// Resume goes on with the deliveries that were under way when the process ended,
// each at the time when it was due.
func (e *Engine) Resume() error {
	return e.Store.View(func(tx store.Tx) error {
		for key, value := range tx.Scan(deliveriesTable, nil) {
			d, err := store.ParseJSON[delivery](deliveriesTable, value)
			if err != nil {
				return fmt.Errorf("resume delivery %x: %w", key, err)
			}
			e.deliverAt(binary.BigEndian.Uint64(key), d.Due)
		}
		return nil
	})
}

// deliver attempts the delivery at seq once. The hand-off and the end of the
// delivery are one transaction, so that a local subscriber gets it exactly once.
func (e *Engine) deliver(seq uint64) error {
	var d delivery
	var handOff error
	err := e.Store.Update(func(tx store.Tx) error {
		pending, err := store.GetJSON[delivery](tx, deliveriesTable, store.SequenceKey(seq))
		if err != nil || pending == nil {
			return err
		}
		d = *pending
		tx.Delete(deliveriesTable, store.SequenceKey(seq))
		handOff = e.handOver(tx, d.Subscription, d.Notification)
		return handOff
	})
	if handOff != nil {
		err = e.Store.Update(func(tx store.Tx) error { return e.failed(tx, seq, d, handOff) })
	}
	if err != nil {
		return fmt.Errorf("deliver message %s to %s: %w", d.Notification.ID, d.Subscription.Endpoint, err)
	}
	return nil
}

func (e *Engine) handOver(tx store.Tx, s subscription, n notification) error {
	switch s.Protocol {
	case Lambda:
		event, err := e.functionEvent(s, n)
		if err != nil {
			return err
		}
		return e.Invoke(tx, s.Endpoint, event)
	case SQS:
		body, attributes, err := e.letter(s, n)
		if err != nil {
			return err
		}
		return e.Send(tx, s.Endpoint, body, attributes)
	}
	return e.mail(tx, s, n)
}

// letter returns what a queue gets: the envelope, or a raw message with its attributes.
func (e *Engine) letter(s subscription, n notification) (body string, attributes map[string]string, err error) {
	attributes = map[string]string{}
	if !s.RawMessageDelivery {
		wrapped, err := e.envelope(s, n)
		return string(wrapped), attributes, err
	}
	for name, a := range n.Attributes {
		attributes[name] = a.StringValue
	}
	return n.Body, attributes, nil
}

// mail tells of the mail that s would be sent.
func (e *Engine) mail(tx store.Tx, s subscription, n notification) error {
	if e.Mail == nil {
		return nil
	}
	body := n.Body
	if s.Protocol == EmailJSON {
		wrapped, err := e.envelope(s, n)
		if err != nil {
			return err
		}
		body = string(wrapped)
	}
	tx.OnCommit(func() { e.Mail(s.Topic, s.Endpoint, cmp.Or(n.Subject, defaultSubject), body) })
	return nil
}
