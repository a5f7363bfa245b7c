package stepfunctions

import (
	"fmt"
	"time"
)

// maxSeconds is the longest wait and time-out that a definition can ask for.
const maxSeconds = 99999999

// wait holds t until the time that a Wait state names; a time that has passed doesn't hold it.
func (r *run) wait(t *thread, s *state) {
	until, fault := r.waitUntil(t, s)
	switch {
	case fault != nil:
		r.fail(t, fault)
	case !until.After(r.now):
		r.leave(t, s.done(t.Input))
	default:
		t.Phase, t.Due = phaseWait, until
	}
}

func (r *run) waitUntil(t *thread, s *state) (time.Time, *Fault) {
	sc := scope{run: r, thread: t}
	if s.seconds != nil {
		n, fault := r.number(sc, "Seconds", s.seconds, maxSeconds)
		return r.now.Add(seconds(n)), fault
	}
	value, fault := r.string(sc, "Timestamp", s.timestamp)
	if fault != nil {
		return time.Time{}, fault
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, r.evaluationFailed(t, "Timestamp", fmt.Sprintf("The value for the field 'Timestamp' must be an ISO 8601 timestamp, but was: %s", value))
	}
	return at, nil
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
