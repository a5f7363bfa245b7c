package stepfunctions

import (
	"encoding/json"
	"slices"
)

// startBranches starts a thread for each branch of a Parallel state.
func (r *run) startBranches(t *thread, s *state) {
	input := t.Input
	if s.arguments != nil {
		var fault *Fault
		if input, fault = r.evaluate(scope{run: r, thread: t}, "Arguments", s.arguments); fault != nil {
			r.fail(t, fault)
			return
		}
		if len(input) > maxPayload {
			r.fail(t, dataLimit(s.name))
			return
		}
	}
	r.record(t, "ParallelStateStarted", details{})
	t.Phase = phaseChildren
	t.Fan = &fan{Started: t.LastEvent, Limit: len(s.branches), Next: len(s.branches), Results: make([]json.RawMessage, len(s.branches))}
	for i, branch := range s.branches {
		child := r.newThread(t, i)
		child.LastEvent = t.LastEvent
		t.Fan.Children = append(t.Fan.Children, child)
		r.goOn(child, branch.startAt, input)
	}
}

// childDone takes the output of a branch or an iteration, and goes on with the
// state around it once all are there.
func (r *run) childDone(child *thread, output json.RawMessage) {
	t := child.parent
	s := r.state(t)
	if s.kind == kindMap {
		r.record(child, "MapIterationSucceeded", iteration(s, child))
	}
	t.Fan.Children = slices.DeleteFunc(t.Fan.Children, func(c *thread) bool { return c == child })
	t.Fan.Results[child.Index] = output
	t.Fan.Done++
	t.LastEvent = child.LastEvent
	if t.Fan.Done < len(t.Fan.Results) {
		r.nextIterations(t, s)
		return
	}
	r.collect(t, s)
}

// collect leaves a Parallel or Map state with the results of all its children.
func (r *run) collect(t *thread, s *state) {
	result := marshal(t.Fan.Results)
	r.record(t, string(s.kind)+"StateSucceeded", details{})
	r.leave(t, s.returned(result))
}

// childFailed aborts the other children of the state around a branch or
// iteration that failed, and fails that state.
func (r *run) childFailed(child *thread, fault *Fault) {
	t := child.parent
	s := r.state(t)
	r.abandon(t, s, child, child.LastEvent, fault)
}

// abandon fails a Parallel or Map state after the event failedAt, and ends its
// children; failed is the one that is to blame, if it was one.
func (r *run) abandon(t *thread, s *state, failed *thread, failedAt int64, fault *Fault) {
	for _, c := range t.Fan.Children {
		r.abortChild(c, s, failedAt, c == failed)
	}
	t.LastEvent = failedAt
	r.record(t, string(s.kind)+"StateFailed", details{})
	r.fail(t, fault)
}

// abortChild ends a branch or iteration of s, and everything inside it. As in
// the service's own histories, the state that failed counts as aborted too.
func (r *run) abortChild(c *thread, s *state, failedAt int64, failed bool) {
	c.LastEvent = failedAt
	if s.kind == kindMap {
		event := map[bool]string{true: "MapIterationFailed", false: "MapIterationAborted"}[failed]
		r.record(c, event, iteration(s, c))
		c.LastEvent = failedAt
	}
	if inner := r.state(c); inner != nil && !c.gone && c.Next == nil {
		if c.Fan != nil {
			for _, grandchild := range c.Fan.Children {
				r.abortChild(grandchild, inner, failedAt, false)
			}
		}
		r.abortMapRun(c)
		if slices.Contains([]kind{kindTask, kindWait, kindParallel, kindMap}, inner.kind) {
			r.record(c, string(inner.kind)+"StateAborted", details{})
		}
	}
	c.gone = true
}
