package eventbridge

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"slipway/infra/local/store"
)

// The store tables of this engine.
const (
	deliveriesTable = "eventbridge/deliveries" // sequence → delivery
	sequenceTable   = "eventbridge/sequence"   // sequenceKey → the last sequence given out
	sequenceKey     = "last"
)

// The waits between hand-offs double up to maxBackoff, so that 185 retries take
// nearly 24 hours. EventBridge adds jitter, which a repeatable run can't have.
const (
	firstBackoff = time.Second
	maxBackoff   = 8 * time.Minute
)

// A delivery is one event on its way to one target. It holds all that its rule
// says of it, so that it outlives the rule.
type delivery struct {
	Rule       string // ARN
	Target     string // ARN
	Event      json.RawMessage
	Payload    json.RawMessage
	DeadLetter string // ARN, or empty
	Retries    int
	Age        time.Duration
	Queued     time.Time
	Due        time.Time // the next hand-off
	Failures   int
}

// queue stores the delivery of an event to t, and hands it over after the commit.
func (e *Engine) queue(tx store.Tx, r *rule, t *target, envelope []byte) error {
	now := e.Clock.Now()
	payload, err := t.transform(occurrence{envelope, r, now})
	if err != nil {
		return err
	}
	return e.schedule(tx, store.NextSequence(tx, sequenceTable, sequenceKey), delivery{Rule: r.arn, Target: t.ARN, Event: envelope, Payload: payload,
		DeadLetter: t.DeadLetterARN, Retries: t.retries, Age: t.age, Queued: now, Due: now})
}

// schedule stores d and hands it over when it is due.
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

// Resume goes on with the deliveries that were under way when the process
// ended, each at the time when it was due.
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

// deliver hands the delivery at seq over once. The hand-off and the end of the
// delivery are one transaction, so that a local target gets it exactly once.
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
		handOff = e.handOver(tx, d)
		return handOff
	})
	if handOff != nil {
		err = e.Store.Update(func(tx store.Tx) error { return e.failed(tx, seq, d, handOff) })
	}
	if err != nil {
		return fmt.Errorf("deliver for rule %s to %s: %w", d.Rule, d.Target, err)
	}
	return nil
}

// errGone tells that a target doesn't exist any more, so that retries are vain.
var errGone = errors.New("the target can't be resolved")

func (e *Engine) handOver(tx store.Tx, d delivery) error {
	t, err := e.Target(d.Target)
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return t.Deliver(tx, d.Payload)
}

// failed schedules the next hand-off of d, or gives it up.
func (e *Engine) failed(tx store.Tx, seq uint64, d delivery, failure error) error {
	d.Failures++
	d.Due = e.Clock.Now().Add(backoff(d.Failures))
	exhausted := ""
	switch {
	case errors.Is(failure, errGone):
	case d.Failures > d.Retries:
		exhausted = "MaximumRetryAttempts"
	case d.Due.Sub(d.Queued) > d.Age:
		exhausted = "MaximumEventAgeInSeconds"
	default:
		return e.schedule(tx, seq, d)
	}
	tx.Delete(deliveriesTable, store.SequenceKey(seq))
	return e.giveUp(tx, d, exhausted, failure)
}

// backoff returns the wait after the given number of failures.
func backoff(failures int) time.Duration {
	const doublings = 9 // enough to reach maxBackoff
	return min(maxBackoff, firstBackoff<<min(failures-1, doublings))
}

// giveUp sends d to its dead-letter queue; without one the event is dropped, as
// in EventBridge. The attributes are those of "Using dead-letter queues to
// process undelivered events".
func (e *Engine) giveUp(tx store.Tx, d delivery, exhausted string, failure error) error {
	if d.DeadLetter == "" {
		return nil
	}
	attributes := map[string]string{
		"RULE_ARN":       d.Rule,
		"TARGET_ARN":     d.Target,
		"ERROR_CODE":     errorCode(failure),
		"ERROR_MESSAGE":  failure.Error(),
		"RETRY_ATTEMPTS": strconv.Itoa(d.Failures - 1),
	}
	if exhausted != "" { // retries were made, and have ended
		attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
	}
	if err := e.Send(tx, d.DeadLetter, string(d.Event), attributes); err != nil {
		return fmt.Errorf("dead-letter queue: %w", err)
	}
	return nil
}

// errorCode returns the code of a failed hand-off: the target's own, if its error has one.
func errorCode(failure error) string {
	type coded interface {
		error
		ErrorCode() string
	}
	if errors.Is(failure, errGone) {
		return "NO_RESOURCE"
	}
	if c, ok := errors.AsType[coded](failure); ok {
		return c.ErrorCode()
	}
	return "ERROR_FROM_TARGET"
}
