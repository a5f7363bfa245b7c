package sns

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// The phases in which a delivery to a queue or a function is repeated, per "Amazon
// SNS message delivery retries". SNS adds jitter, which a repeatable run can't have.
const (
	immediateRetries   = 3                        // without delay
	preBackoffRetries  = immediateRetries + 2     // firstWait apart
	backoffRetries     = preBackoffRetries + 10   // from firstWait to lastWait
	postBackoffRetries = backoffRetries + 100_000 // lastWait apart
	firstWait          = time.Second
	lastWait           = 20 * time.Second
)

// wait returns how long to wait after the given number of failures, and whether
// there is anything to wait for.
func wait(failures int) (d time.Duration, again bool) {
	switch {
	case failures <= immediateRetries:
		return 0, true
	case failures <= preBackoffRetries:
		return firstWait, true
	case failures <= backoffRetries:
		return min(lastWait, firstWait<<(failures-preBackoffRetries-1)), true
	}
	return lastWait, failures <= postBackoffRetries
}

// failed says when d is tried again, or gives it up.
func (e *Engine) failed(tx store.Tx, d delivery, failure error) (next delivery, again bool, err error) {
	d.Failures++
	pause, again := wait(d.Failures)
	if again && !refused(failure) {
		d.Due = e.Clock.Now().Add(pause)
		return d, true, nil
	}
	return d, false, e.giveUp(tx, d, failure)
}

// A coded error is a refusal by a service.
type coded interface {
	error
	ErrorCode() string
}

// refused tells whether the endpoint will never take the message, as when it is
// gone. SNS doesn't repeat what fails by such an error.
func refused(failure error) bool {
	if r, ok := errors.AsType[*awsjson.Error](failure); ok {
		return r.Status < http.StatusInternalServerError && r.Status != http.StatusTooManyRequests
	}
	_, ok := errors.AsType[coded](failure)
	return ok
}

// errorCode returns the code of failure: the endpoint's own, if it has one.
func errorCode(failure error) string {
	if r, ok := errors.AsType[*awsjson.Error](failure); ok {
		return r.Code
	}
	if r, ok := errors.AsType[coded](failure); ok {
		return r.ErrorCode()
	}
	return "ServerSideError"
}

// maxLetterAttributes is the most attributes of a message in a queue.
const maxLetterAttributes = 10

// giveUp sends d to the dead-letter queue of its subscription; without one the
// message is dropped, as in SNS.
func (e *Engine) giveUp(tx store.Tx, d delivery, failure error) error {
	s := d.Subscription
	if s.DeadLetter == "" {
		return nil
	}
	reasons := map[string]string{"RequestID": e.NewID(), "ErrorCode": errorCode(failure), "ErrorMessage": failure.Error()}
	if d.Notification.Body == "" || len(d.Notification.Attributes)+len(reasons) > maxLetterAttributes {
		s.RawMessageDelivery = false // a queue takes no such message, but its envelope
	}
	body, attributes, err := e.letter(s, d.Notification)
	if err != nil {
		return err
	}
	for name, reason := range reasons {
		attributes[name] = reason
	}
	if err := e.Send(tx, s.DeadLetter, body, attributes); err != nil {
		return fmt.Errorf("dead-letter queue: %w", err)
	}
	return nil
}
