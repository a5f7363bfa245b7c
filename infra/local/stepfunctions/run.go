package stepfunctions

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// A run is an execution in one transaction, together with what is to be done
// once the transaction has committed.
type run struct {
	engine     *Engine
	tx         store.Tx
	x          *execution
	definition *definition
	now        time.Time
	ready      []entry
	calls      []call
}

// An entry is a state that a thread is about to enter.
type entry struct {
	thread *thread
	state  string
	input  json.RawMessage
}

// update changes the running execution at arn by f, goes on as far as it can
// without waiting, and writes the outcome with its history, in one transaction.
// It returns errStale when the execution isn't running.
func (e *Engine) update(arn string, f func(*run) error) error {
	return e.Store.Update(func(tx store.Tx) error {
		x, err := readExecution(tx, arn)
		if err != nil {
			return err
		}
		if x == nil || x.Status != Running {
			return errStale
		}
		return e.carry(tx, x, f)
	})
}

func (e *Engine) carry(tx store.Tx, x *execution, f func(*run) error) error {
	d, err := e.definition(tx, x.Definition)
	if err != nil {
		return err
	}
	r := &run{engine: e, tx: tx, x: x, definition: d, now: e.Clock.Now()}
	if err := f(r); err != nil {
		return err
	}
	r.settle()
	return r.save()
}

// settle lets threads enter states until all of them wait. Threads take turns,
// so that branches advance side by side.
func (r *run) settle() {
	for len(r.ready) > 0 && r.running() {
		next := r.ready[0]
		r.ready = r.ready[1:]
		if !next.thread.gone {
			r.enter(next)
		}
	}
}

func (r *run) running() bool { return r.x.Status == Running }

func (r *run) save() error {
	x := r.x
	x.Revision++
	if err := store.PutJSON(r.tx, executionTable, []byte(x.ARN), x); err != nil {
		return err
	}
	arn, revision, due := x.ARN, x.Revision, x.due()
	r.tx.OnCommit(func() { r.engine.arm(arn, revision, due) })
	if !r.running() {
		return nil
	}
	for _, c := range r.calls {
		r.tx.OnCommit(func() { r.engine.background(func() error { return r.engine.call(arn, c) }) })
	}
	return nil
}

// call invokes a Lambda function and tells the execution what came of it.
func (e *Engine) call(arn string, c call) error {
	answer, err := e.Invoke(context.Background(), c.function, c.payload)
	err = e.update(arn, func(r *run) error {
		t := r.thread(c.thread)
		if t == nil || t.Task == nil || t.Task.Attempt != c.attempt || t.Task.Answered {
			return errStale
		}
		r.answered(t, answer, err)
		return nil
	})
	if err != nil {
		return fmt.Errorf("record the answer of %s in execution %s: %w", c.function, arn, err)
	}
	return nil
}

// thread returns the thread with an id, nil if it has ended.
func (r *run) thread(id int) *thread {
	for t := range r.x.Root.all() {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// elapse does everything whose time has come.
func (r *run) elapse() error {
	if r.x.Deadline != nil && !r.now.Before(*r.x.Deadline) {
		r.timeOut()
		return nil
	}
	var due []*thread
	for t := range r.x.Root.all() {
		if at := t.ownDue(); !at.IsZero() && !r.now.Before(at) {
			due = append(due, t)
		}
	}
	for _, t := range due { // none if the wall clock was set back: saving arms the alarm anew
		if !t.gone && r.running() {
			r.wake(t)
		}
	}
	return nil
}

// wake does what t waited for until now.
func (r *run) wake(t *thread) {
	switch t.Phase {
	case phaseWait:
		t.rest()
		r.leave(t, r.state(t).done(t.Input))
	case phaseRetry:
		t.rest()
		r.attempt(t)
	case phaseTask:
		r.taskTimedOut(t)
	}
}

// recall repeats after a restart what was under way outside of the store: the
// alarm and the calls of functions that haven't answered.
func (r *run) recall() error {
	for t := range r.x.Root.all() {
		if t.Task != nil && !t.Task.Answered {
			r.calls = append(r.calls, call{t.ID, t.Task.Attempt, t.Task.Function, t.Task.Payload})
		}
	}
	return nil
}

// newThread returns a thread inside parent that has not entered a state yet.
func (r *run) newThread(parent *thread, index int) *thread {
	r.x.LastThread++
	return &thread{ID: r.x.LastThread, Index: index, parent: parent}
}

// container returns the definition whose states t runs.
func (r *run) container(t *thread) *definition {
	if t.parent == nil {
		return r.definition
	}
	outer := r.state(t.parent)
	if outer.kind == kindMap {
		return outer.processor
	}
	return outer.branches[t.Index]
}

func (r *run) state(t *thread) *state { return r.container(t).states[t.State] }
