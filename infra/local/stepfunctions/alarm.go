package stepfunctions

import "time"

// An alarm is the one timer of an execution: the earliest moment at which one of
// its waits, retries or time-outs is due.
type alarm struct {
	revision int64 // of the execution's record that asked for it
	at       time.Time
	cancel   func()
}

// arm sets the alarm of an execution as its record at revision asks for; a zero
// time means none. A call for an older record than the last one has no effect.
func (e *Engine) arm(arn string, revision int64, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	was, armed := e.alarms[arn]
	if armed && was.revision > revision {
		return
	}
	if armed && was.at.Equal(at) {
		was.revision = revision
		e.alarms[arn] = was
		return
	}
	if armed {
		was.cancel()
		delete(e.alarms, arn)
	}
	if !at.IsZero() {
		e.alarms[arn] = alarm{revision, at, e.Clock.At(at, func() { e.ring(arn, at) })}
	}
}

// ring does what has come due in an execution at the time of its alarm.
func (e *Engine) ring(arn string, at time.Time) {
	e.mu.Lock()
	if was, armed := e.alarms[arn]; armed && was.at.Equal(at) {
		delete(e.alarms, arn)
	}
	e.mu.Unlock()
	e.report(e.update(arn, (*run).elapse))
}
