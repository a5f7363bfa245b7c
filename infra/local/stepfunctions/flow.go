package stepfunctions

import "encoding/json"

// An exit says how a thread leaves its state.
type exit struct {
	field  string // of the state that holds output and assign, "" for the state itself
	next   string // "" ends the thread
	output *template
	assign *template
	value  json.RawMessage // the state's output where there is no Output
	result json.RawMessage // $states.result, nil if there is none
	error  json.RawMessage // $states.errorOutput, nil if there is none
	final  bool            // a fault on the way out can't be caught
}

// done is the exit of s with value, which is not a result.
func (s *state) done(value json.RawMessage) exit {
	return exit{next: s.next, output: s.output, assign: s.assign, value: value}
}

// returned is the exit of s with the result of its task or its children.
func (s *state) returned(result json.RawMessage) exit {
	x := s.done(result)
	x.result = result
	return x
}

// enter moves a thread into its next state and starts its work.
func (r *run) enter(t *thread) {
	t.State, t.Input, t.Entered = t.Next.State, t.Next.Input, r.now
	t.Next = nil
	t.Retries, t.RetryCount = nil, 0
	s := r.state(t)
	r.record(t, string(s.kind)+"StateEntered", details{Name: s.name, Input: text(t.Input)})
	t.EntryEvent = t.LastEvent
	r.attempt(t)
}

// attempt starts the work of the state that t is in, at first or once more.
func (r *run) attempt(t *thread) {
	r.x.TransitionCount++
	s := r.state(t)
	switch s.kind {
	case kindPass, kindSucceed:
		r.leave(t, s.done(t.Input))
	case kindChoice:
		r.choose(t, s)
	case kindWait:
		r.wait(t, s)
	case kindFail:
		r.failState(t, s)
	case kindTask:
		r.startTask(t, s)
	case kindParallel:
		r.startBranches(t, s)
	case kindMap:
		if s.distribution != nil {
			r.startMapRun(t, s)
			return
		}
		r.startIterations(t, s)
	}
}

// leave evaluates what a state puts out and assigns, both with the variables as
// they were in the state, and moves the thread on.
func (r *run) leave(t *thread, x exit) {
	output, variables, fault := r.outcome(t, x)
	if fault != nil {
		if x.final {
			r.threadFailed(t, fault)
		} else {
			r.fail(t, fault)
		}
		return
	}
	s := r.state(t)
	d := details{Name: s.name, Output: text(output)}
	if len(variables) > 0 {
		d.Assigned, d.AssignedDetails = map[string]string{}, &truncation{}
		if t.Variables == nil {
			t.Variables = map[string]json.RawMessage{}
		}
		for name, value := range variables {
			t.Variables[name] = value
			d.Assigned[name] = string(value)
		}
	}
	r.record(t, string(s.kind)+"StateExited", d)
	t.rest()
	if x.next == "" {
		r.complete(t, output)
		return
	}
	r.goOn(t, x.next, output)
}

func (r *run) outcome(t *thread, x exit) (output json.RawMessage, variables map[string]json.RawMessage, fault *Fault) {
	output = x.value
	if x.output != nil {
		if output, fault = r.render(t, x, x.field+"Output", x.output); fault != nil {
			return nil, nil, fault
		}
	}
	if len(output) > maxPayload {
		return nil, nil, dataLimit(t.State)
	}
	if x.assign == nil {
		return output, nil, nil
	}
	assigned, fault := r.render(t, x, x.field+"Assign", x.assign)
	if fault != nil {
		return nil, nil, fault
	}
	if len(assigned) > maxPayload {
		return nil, nil, dataLimit(t.State)
	}
	if err := json.Unmarshal(assigned, &variables); err != nil {
		return nil, nil, r.because(t, errRuntime, err.Error())
	}
	return output, variables, nil
}

// complete ends a thread that has left its last state.
func (r *run) complete(t *thread, output json.RawMessage) {
	t.gone = true
	if t.parent == nil {
		r.succeed(t, output)
		return
	}
	r.childDone(t, output)
}

// fail gives the state that t is in the chance to retry after, or to catch, a fault.
//
// What it waited for stays with it unless it goes on, for a redrive to begin there.
func (r *run) fail(t *thread, fault *Fault) {
	s := r.state(t)
	if r.retry(t, s, fault) {
		return
	}
	for i, c := range s.catch {
		if fault.matches(c.errors) {
			r.caught(t, i, c, fault)
			return
		}
	}
	r.threadFailed(t, fault)
}

// threadFailed ends a thread by a fault that its state didn't catch.
func (r *run) threadFailed(t *thread, fault *Fault) {
	if t.parent == nil {
		t.gone = true
		r.end(t.LastEvent, Failed, nil, fault)
		return
	}
	r.childFailed(t, fault)
}
