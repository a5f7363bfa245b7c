package stepfunctions

import "encoding/json"

// succeed ends the execution with its output.
func (r *run) succeed(t *thread, output json.RawMessage) {
	r.end(t.LastEvent, Succeeded, text(output), nil)
}

// timeOut ends the execution by the TimeoutSeconds of its state machine. By the
// service's own histories, only the event names the error.
func (r *run) timeOut() {
	r.close(TimedOut, 0, details{Error: pointer(errTimeout)})
}

// abort ends the execution at the request of a caller.
func (r *run) abort(name, cause *string) {
	r.x.Error, r.x.Cause = name, cause
	r.close(Aborted, 0, details{Error: name, Cause: cause})
}

// end ends the execution with its output or its fault.
func (r *run) end(previous int64, status Status, output *string, fault *Fault) {
	if !r.running() {
		return
	}
	d := details{Output: output}
	r.x.Output = output
	if fault != nil {
		d.fault(fault)
		r.x.Error, r.x.Cause = d.Error, d.Cause
	}
	r.close(status, previous, d)
}

// close writes the last event and the final status, once.
func (r *run) close(status Status, previous int64, d details) {
	if !r.running() {
		return
	}
	if status != Succeeded {
		for t := range r.x.Root.all() {
			r.abortMapRun(t)
		}
		if !r.running() {
			return // the history was full
		}
	}
	types := map[Status]string{Succeeded: "ExecutionSucceeded", Failed: "ExecutionFailed", TimedOut: "ExecutionTimedOut", Aborted: "ExecutionAborted"}
	r.write(previous, types[status], d)
	was := r.x.Status
	stopped := r.now
	r.x.Status, r.x.Stopped = status, &stopped
	if status == Succeeded {
		r.x.Root = nil // otherwise a redrive goes on from there
	}
	delist(r.tx, r.x, was)
	r.changed()
	r.ended = true
}

func (r *run) changed() {
	if r.engine.Changed != nil {
		r.engine.Changed(r.tx, r.x.statusChange(r.now))
	}
}

// overflow fails an execution whose history has no room but for its last event.
func (r *run) overflow(previous int64) {
	r.end(previous, Failed, nil, &Fault{Name: errRuntime, Cause: "The execution reached the maximum number of history events (25000)."})
}

func pointer(s string) *string { return &s }

// text returns JSON as the string that the API carries it in.
func text(raw json.RawMessage) *string { return pointer(string(raw)) }
