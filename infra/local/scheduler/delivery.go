package scheduler

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"slipway/infra/local/store"
)

// The waits between hand-offs double up to maxBackoff, so that 185 retries take
// nearly 24 hours. The documentation says no more than that they are exponential.
const (
	firstBackoff = time.Second
	maxBackoff   = 8 * time.Minute
)

// A delivery is one slot on its way to the target. It holds all that its schedule
// says of it, so that it outlives the schedule.
type delivery struct {
	Schedule string    // key
	ARN      string    // of the schedule
	Slot     time.Time // the scheduled time
	Target   TargetSpec
	Began    time.Time // when it was to be invoked first; the maximum event age counts from here
	Due      time.Time // the next hand-off
	Failures int
}

// deliveriesOf is what the keys of all deliveries of a schedule begin with.
func deliveriesOf(schedule string) string { return schedule + "\x00" }

// underWay tells whether a delivery of the schedule is.
func underWay(tx store.Tx, schedule string) bool {
	for key := range tx.Scan(deliveriesTable, []byte(deliveriesOf(schedule))) {
		return strings.HasPrefix(string(key), deliveriesOf(schedule))
	}
	return false
}

// queue stores the delivery of the next slot of s, and hands it over after the commit.
func (e *Engine) queue(tx store.Tx, s *record) error {
	key := deliveriesOf(s.Spec.key()) + string(store.SequenceKey(store.NextSequence(tx, sequenceTable, sequenceKey)))
	return e.plan(tx, key, delivery{Schedule: s.Spec.key(), ARN: s.ARN, Slot: *s.Next, Target: s.Spec.Target,
		Began: s.due(), Due: e.Clock.Now()})
}

// plan stores d and hands it over when it is due.
func (e *Engine) plan(tx store.Tx, key string, d delivery) error {
	tx.OnCommit(func() { e.deliverAt(key, d.Due) })
	return store.PutJSON(tx, deliveriesTable, []byte(key), d)
}

func (e *Engine) deliverAt(key string, due time.Time) {
	e.Clock.At(due, func() { e.report(e.deliver(key)) })
}

// deliver hands the delivery at key over once. The hand-off and the end of the
// delivery are one transaction, so that a local target gets it exactly once.
func (e *Engine) deliver(key string) error {
	var d delivery
	var handOff error
	id := e.NewID()
	err := e.Store.Update(func(tx store.Tx) error {
		pending, err := store.GetJSON[delivery](tx, deliveriesTable, []byte(key))
		if err != nil || pending == nil || pending.Due.After(e.Clock.Now()) {
			return err // somebody else has had this turn
		}
		d = *pending
		tx.Delete(deliveriesTable, []byte(key))
		if handOff = e.handOver(tx, d, id); handOff != nil {
			return handOff
		}
		return e.complete(tx, d.Schedule)
	})
	if handOff != nil {
		err = e.Store.Update(func(tx store.Tx) error { return e.failed(tx, key, d, id, handOff) })
	}
	if err != nil {
		return fmt.Errorf("deliver for schedule %s to %s: %w", d.ARN, d.Target.Arn, err)
	}
	return nil
}

// errGone tells that a target doesn't exist any more, so that retries are vain.
var errGone = errors.New("the target can't be resolved")

func (e *Engine) handOver(tx store.Tx, d delivery, id string) error {
	t, err := e.Target(d.Target.Arn)
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return t.Deliver(tx, []byte(e.payload(d, id)))
}

// failed plans the next hand-off of d, or gives it up.
func (e *Engine) failed(tx store.Tx, key string, d delivery, id string, failure error) error {
	attempted := d
	d.Failures++
	d.Due = e.Clock.Now().Add(backoff(d.Failures))
	exhausted := ""
	switch {
	case errors.Is(failure, errGone):
	case d.Failures > *d.Target.RetryPolicy.MaximumRetryAttempts:
		exhausted = "MaximumRetryAttempts"
	case d.Due.Sub(d.Began) > d.Target.age():
		exhausted = "MaximumEventAgeInSeconds"
	default:
		return e.plan(tx, key, d)
	}
	tx.Delete(deliveriesTable, []byte(key))
	if err := e.giveUp(tx, attempted, id, exhausted, failure); err != nil {
		return err
	}
	return e.complete(tx, d.Schedule)
}

// backoff returns the wait after the given number of failures.
func backoff(failures int) time.Duration {
	const doublings = 9 // enough to reach maxBackoff
	return min(maxBackoff, firstBackoff<<min(failures-1, doublings))
}

// giveUp sends d to its dead-letter queue; without one it is dropped, as by AWS. The
// attributes are those of "Configuring a schedule's dead-letter queue".
func (e *Engine) giveUp(tx store.Tx, d delivery, id, exhausted string, failure error) error {
	if d.Target.DeadLetterConfig == nil || d.Target.DeadLetterConfig.Arn == "" {
		return nil
	}
	attributes := map[string]string{
		"SCHEDULE_ARN":         d.ARN,
		"TARGET_ARN":           d.Target.Arn,
		"SCHEDULED_TIME":       d.Slot.UTC().Format(time.RFC3339),
		"EXECUTION_ID":         id,
		"ERROR_CODE":           errorCode(failure),
		"ERROR_MESSAGE":        failure.Error(),
		"RETRY_ATTEMPTS":       strconv.Itoa(d.Failures),
		"IS_PAYLOAD_TRUNCATED": "false",
	}
	if exhausted != "" {
		attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
	}
	if err := e.Send(tx, d.Target.DeadLetterConfig.Arn, e.payload(d, id), attributes); err != nil {
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
	if c, ok := errors.AsType[coded](failure); ok {
		return c.ErrorCode()
	}
	if errors.Is(failure, errGone) {
		return "ResourceNotFoundException"
	}
	return "ERROR_FROM_TARGET"
}
