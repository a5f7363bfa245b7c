package stepfunctions

import (
	"encoding/json"
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
	ready      []*thread // whose next state is to be entered
	calls      []call
	jobs       []job // that were awaited when the transaction began
	ended      bool  // in this transaction
	failure    error // of the store
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

// load returns x as it runs in a transaction.
func (e *Engine) load(tx store.Tx, x *execution) (*run, error) {
	d, err := e.definition(tx, x.Definition)
	if err != nil {
		return nil, err
	}
	if x.Processor != "" {
		d = d.find(x.Processor).processor
	}
	return &run{engine: e, tx: tx, x: x, definition: d, now: e.Clock.Now(), jobs: x.jobs()}, nil
}

// carry is update within a transaction, for an execution that was read in it or is new.
func (e *Engine) carry(tx store.Tx, x *execution, f func(*run) error) error {
	r, err := e.load(tx, x)
	if err != nil {
		return err
	}
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
		t := r.ready[0]
		r.ready = r.ready[1:]
		if !t.gone {
			r.enter(t)
		}
	}
}

// goOn readies t for the state that it enters next.
func (r *run) goOn(t *thread, state string, input json.RawMessage) {
	t.Next = &step{state, input}
	r.ready = append(r.ready, t)
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
	r.releaseJobs()
	if r.failure != nil {
		return r.failure
	}
	if r.ended {
		return r.tell()
	}
	for _, c := range r.calls {
		r.engine.afterCommit(r.tx, func() error { return r.engine.call(c) })
	}
	return nil
}

// tell tells everything that waits for the execution that it has ended.
func (r *run) tell() error {
	if err := r.engine.announce(r.tx, r.x); err != nil {
		return err
	}
	if r.x.MapRun == "" {
		return nil
	}
	return r.engine.childEnded(r.tx, r.x)
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
