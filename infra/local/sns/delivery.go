package sns

import (
	"cmp"
	"time"

	"slipway/infra/local/outbox"
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
	return e.deliveries.Put(tx, delivery{Subscription: s, Notification: n, Due: e.Clock.Now()})
}

// newDeliveries returns the box of the deliveries that are under way.
func (e *Engine) newDeliveries() outbox.Box[delivery] {
	return outbox.Box[delivery]{Store: e.Store, Clock: e.Clock, Table: deliveriesTable, Sequence: sequenceTable,
		Due:      func(d delivery) time.Time { return d.Due },
		Name:     func(d delivery) string { return "message " + d.Notification.ID + " to " + d.Subscription.Endpoint },
		HandOver: func(tx store.Tx, d delivery) error { return e.handOver(tx, d.Subscription, d.Notification) },
		Failed:   e.failed, Report: e.Report}
}

// Resume goes on with the deliveries that were under way when the process ended.
func (e *Engine) Resume() error { return e.deliveries.Resume() }

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
