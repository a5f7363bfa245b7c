package stepfunctions

import (
	"fmt"
	"math"
)

// retry arranges another attempt of the state that t is in if its first retrier
// for the fault has attempts left, and tells whether it did.
func (r *run) retry(t *thread, s *state, fault *Fault) bool {
	for i, each := range s.retry {
		if !fault.matches(each.errors) {
			continue
		}
		if t.Retries == nil {
			t.Retries = make([]int, len(s.retry))
		}
		if t.Retries[i] >= each.maxAttempts {
			return false
		}
		t.rest()
		t.Due = r.now.Add(seconds(r.delay(each, t.Retries[i])))
		t.Phase = phaseRetry
		t.Retries[i]++
		t.RetryCount++
		return true
	}
	return false
}

// delay returns the seconds before the next attempt, after a number of earlier retries.
func (r *run) delay(by retrier, earlier int) float64 {
	delay := by.interval * math.Pow(by.backoff, float64(earlier))
	if by.maxDelay > 0 {
		delay = min(delay, by.maxDelay)
	}
	if by.fullJitter {
		delay *= fraction(r.engine.NewID())
	}
	return min(delay, maxSeconds)
}

// caught leaves the state that t is in by the catcher at index i.
func (r *run) caught(t *thread, i int, c catcher, fault *Fault) {
	value := marshal(struct{ Error, Cause string }{fault.Name, fault.Cause})
	r.leave(t, exit{field: fmt.Sprintf("Catch[%d]/", i), next: c.next, output: c.output, assign: c.assign,
		value: value, error: value, final: true})
}
