package stepfunctions

import (
	"encoding/json"
	"errors"
	"time"
)

// startTask schedules the action of a Task state; it runs once this transaction has committed.
func (r *run) startTask(t *thread, s *state) {
	r.x.LastTask++
	attempt := &task{Attempt: r.x.LastTask}
	if s.integration.token {
		attempt.Token = newToken(r.x.ARN, t.ID, r.engine.NewID())
	}
	sc := scope{run: r, thread: t, token: attempt.Token}
	d := details{ResourceType: s.integration.resourceType, Resource: s.integration.resource, Region: r.engine.Region}
	arguments, fault := r.evaluate(sc, "Arguments", s.arguments)
	if fault == nil {
		fault = r.limits(sc, s, attempt, &d)
	}
	if fault == nil && len(arguments) > maxPayload {
		fault = dataLimit(s.name)
	}
	if fault != nil {
		r.fail(t, fault)
		return
	}
	if attempt.Function, attempt.Payload, fault = s.integration.parseCall(arguments); fault != nil {
		r.fail(t, r.because(t, fault.Name, fault.Cause))
		return
	}
	d.Parameters = text(arguments)
	r.record(t, "TaskScheduled", d)
	r.record(t, "TaskStarted", of(s))
	t.Phase, t.Task = phaseTask, attempt
	r.calls = append(r.calls, call{t.ID, attempt.Attempt, attempt.Function, attempt.Payload})
}

// of is what every event of a task tells.
func of(s *state) details {
	return details{ResourceType: s.integration.resourceType, Resource: s.integration.resource}
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

// answered takes what a task's function returned. A task with a token goes on
// waiting for it, unless the function failed.
func (r *run) answered(t *thread, answer []byte, err error) {
	s := r.state(t)
	if err != nil {
		r.taskFailed(t, s, asFault(err))
		return
	}
	result, fault := functionResult(answer)
	if fault == nil && len(result) > maxPayload {
		fault = dataLimit(s.integration.resourceType)
	}
	switch {
	case fault != nil:
		r.taskFailed(t, s, fault)
	case s.integration.token:
		d := of(s)
		d.Output = text(result)
		r.record(t, "TaskSubmitted", d)
		t.Task.Answered = true
	default:
		r.taskSucceeded(t, s, result)
	}
}

// functionResult is the result of lambda:invoke for a function's answer.
func functionResult(answer []byte) (json.RawMessage, *Fault) {
	if len(answer) == 0 {
		answer = []byte("null")
	}
	if !json.Valid(answer) {
		return nil, &Fault{Name: errLambdaUnknown, Cause: "The function's answer is not JSON: " + excerpt(answer)}
	}
	return marshal(struct {
		ExecutedVersion string
		Payload         json.RawMessage
		StatusCode      int
	}{"$LATEST", answer, 200}), nil
}

func asFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Name: errLambdaUnknown, Cause: err.Error()}
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
