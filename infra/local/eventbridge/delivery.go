package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"slipway/infra/local/outbox"
	"slipway/infra/local/store"
)

// The store tables of this engine.
const (
	rulesTable      = "eventbridge/rules"      // bus, 0, name → ruleRecord
	declaredTable   = "eventbridge/declared"   // bus, 0, name → the ruleRecord that PutRule got last
	deliveriesTable = "eventbridge/deliveries" // sequence → delivery
	sequenceTable   = "eventbridge/sequence"   // the last sequence given out
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
	return e.deliveries.Put(tx, delivery{Rule: r.arn, Target: t.ARN, Event: envelope, Payload: payload,
		DeadLetter: t.DeadLetterARN, Retries: t.retries, Age: t.age, Queued: now, Due: now})
}

// newDeliveries returns the box of the deliveries that are under way.
func (e *Engine) newDeliveries() outbox.Box[delivery] {
	return outbox.Box[delivery]{Store: e.Store, Clock: e.Clock, Table: deliveriesTable, Sequence: sequenceTable,
		Due:      func(d delivery) time.Time { return d.Due },
		Name:     func(d delivery) string { return "for rule " + d.Rule + " to " + d.Target },
		HandOver: e.handOver, Failed: e.failed, Report: e.Report}
}

// Resume takes up the rules that were made through the API, and goes on with the
// deliveries that were under way when the process ended.
func (e *Engine) Resume() error {
	if err := e.resumeRules(); err != nil {
		return err
	}
	return e.deliveries.Resume()
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

// failed says when d is handed over next, or gives it up.
func (e *Engine) failed(tx store.Tx, d delivery, failure error) (next delivery, again bool, err error) {
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
		return d, true, nil
	}
	return d, false, e.giveUp(tx, d, exhausted, failure)
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
