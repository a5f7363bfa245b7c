package sqs

import (
	"encoding/base64"
	"fmt"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// A receipt names one receipt of a message: what a receipt handle stands for.
type receipt struct {
	queue    string
	seq      uint64
	receives int
}

// handle returns the receipt handle of m as it was just received from queue.
func (m message) handle(queue string) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", m.seq, m.Receives, queue))
}

// parseReceipt reads a receipt handle that [message.handle] made for a message of queue.
func parseReceipt(queue, handle string) (receipt, error) {
	r, invalid := receipt{}, awsjson.Errorf("ReceiptHandleIsInvalid", "The input receipt handle %q is not a valid receipt handle.", handle)
	text, err := base64.StdEncoding.DecodeString(handle)
	if err != nil {
		return r, invalid
	}
	if _, err := fmt.Sscanf(string(text), "%d %d %s", &r.seq, &r.receives, &r.queue); err != nil || r.queue != queue {
		return r, invalid
	}
	return r, nil
}

// received returns the message of q whose latest receipt handle was given for, or
// nil when it has been received again or is gone.
func received(tx store.Tx, q queue, handle string) (*message, error) {
	r, err := parseReceipt(q.Name, handle)
	if err != nil {
		return nil, err
	}
	m, err := load(tx, q.Name, r.seq)
	if err != nil || m == nil || m.Receives != r.receives {
		return nil, err
	}
	return m, nil
}

// delete removes the message that handle was given for. A handle of an earlier
// receipt, or of a message already gone, deletes nothing, and succeeds as in SQS.
func (e *Engine) delete(tx store.Tx, q queue, handle string) error {
	m, err := received(tx, q, handle)
	if m != nil {
		remove(tx, q.Name, *m)
	}
	return err
}

// changeVisibility hides the message that handle was given for until hide has
// passed from now; the message must be in flight.
func (e *Engine) changeVisibility(tx store.Tx, q queue, handle string, hide time.Duration) error {
	if hide < 0 || hide > maxVisibility {
		return invalidValue("Value %d for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200.", int(hide.Seconds()))
	}
	m, err := received(tx, q, handle)
	if err != nil {
		return err
	}
	now := e.Clock.Now()
	if m == nil || !m.Visible.After(now) {
		return invalidValue("Value %s for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", handle)
	}
	tx.OnCommit(func() { e.arrivals.announce(q.Name) })
	return reschedule(tx, q.Name, *m, now.Add(hide))
}
