package stepfunctions

import (
	"encoding/json"
	"time"
)

// startTask schedules the action of a Task state; it runs once this transaction has committed.
func (r *run) startTask(t *thread, s *state) {
	r.x.LastTask++
	attempt := &task{Attempt: r.x.LastTask}
	if s.integration.pattern == waitForToken {
		attempt.Token = newToken(r.x.ARN, t.ID, r.engine.NewID())
	}
	sc := scope{run: r, thread: t, token: attempt.Token}
	d := of(s)
	d.Region = r.engine.Region
	arguments, fault := r.evaluate(sc, "Arguments", s.arguments)
	if fault == nil {
		fault = r.limits(sc, s, attempt, &d)
	}
	if fault == nil && s.credentials != nil {
		d.Credentials, fault = r.credentials(sc, s)
	}
	if fault == nil && len(arguments) > maxPayload {
		fault = dataLimit(s.name)
	}
	if fault != nil {
		r.fail(t, fault)
		return
	}
	if fault = s.integration.usable(arguments); fault != nil {
		r.fail(t, r.because(t, fault.Name, fault.Cause))
		return
	}
	attempt.Arguments, d.Parameters = arguments, text(arguments)
	r.record(t, "TaskScheduled", d)
	r.record(t, "TaskStarted", of(s))
	t.Phase, t.Task = phaseTask, attempt
	r.calls = append(r.calls, r.callOf(t))
}

// of is what every event of a task tells.
func of(s *state) details {
	return details{ResourceType: s.integration.resourceType, Resource: s.integration.resource()}
}

// limits sets the time-out and the heartbeat of an attempt.
func (r *run) limits(sc scope, s *state, attempt *task, d *details) *Fault {
	if s.timeout != nil {
		n, fault := r.number(sc, "TimeoutSeconds", s.timeout, maxSeconds)
		if fault != nil {
			return fault
		}
		attempt.Deadline = r.now.Add(seconds(n))
		d.Timeout = whole(n)
	}
	if s.heartbeat != nil {
		n, fault := r.number(sc, "HeartbeatSeconds", s.heartbeat, maxSeconds)
		if fault != nil {
			return fault
		}
		attempt.Heartbeat, attempt.BeatBy = n, r.now.Add(seconds(n))
		d.Heartbeat = whole(n)
	}
	return nil
}

func whole(n float64) *int64 {
	i := int64(n)
	return &i
}

// credentials returns the role that a task takes on. It is only written to the
// history: on one machine nothing asks for rights.
func (r *run) credentials(sc scope, s *state) (*taskCredentials, *Fault) {
	arn, fault := r.string(sc, "Credentials/RoleArn", s.credentials)
	return &taskCredentials{arn}, fault
}

// answered takes what a task's service answered. A task that waits for a token or
// for an execution goes on waiting, unless the service refused.
func (r *run) answered(t *thread, result json.RawMessage, err error) {
	s := r.state(t)
	switch {
	case err != nil:
		r.taskFailed(t, s, s.integration.asFault(err))
	case len(result) > maxPayload:
		r.taskFailed(t, s, dataLimit(s.integration.resourceType))
	case s.integration.pattern != requestResponse:
		d := of(s)
		d.Output = text(result)
		r.record(t, "TaskSubmitted", d)
		t.Task.Answered = true
	default:
		r.taskSucceeded(t, s, result)
	}
}

func (r *run) taskSucceeded(t *thread, s *state, result json.RawMessage) {
	d := of(s)
	d.Output = text(result)
	r.record(t, "TaskSucceeded", d)
	t.rest()
	r.leave(t, s.returned(result))
}

func (r *run) taskFailed(t *thread, s *state, fault *Fault) {
	d := of(s)
	d.fault(fault)
	r.record(t, "TaskFailed", d)
	r.fail(t, fault)
}

// taskTimedOut fails a task whose time-out has passed or whose heartbeat is
// missing. Both are a States.Timeout; the second answers to States.HeartbeatTimeout too.
func (r *run) taskTimedOut(t *thread) {
	fault := &Fault{Name: errTimeout}
	fault.missedHeartbeat = t.Task.Deadline.IsZero() || t.Task.Deadline.After(r.now)
	d := of(r.state(t))
	d.fault(fault)
	r.record(t, "TaskTimedOut", d)
	r.fail(t, fault)
}

// beat moves the moment by which the next heartbeat is due.
func (t *task) beat(now time.Time) {
	if t.Heartbeat > 0 {
		t.BeatBy = now.Add(seconds(t.Heartbeat))
	}
}
