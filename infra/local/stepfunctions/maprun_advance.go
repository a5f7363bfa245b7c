package stepfunctions

import (
	"context"
	"errors"
	"fmt"

	"slipway/infra/local/store"
)

// advance goes on with a Map Run as far as it can without waiting; it changes
// nothing where there is nothing to do.
func (e *Engine) advance(arn string) error {
	var m *mapRun
	var s *state
	err := e.Store.View(func(tx store.Tx) error {
		var err error
		if m, err = readMapRun(tx, arn); err != nil || m == nil {
			return errors.Join(err, errStale)
		}
		if m.Status == Running && m.Stage != stageRunning {
			s, err = e.stateOf(tx, m)
		}
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case m.Status != Running:
		err = e.stopChildren(m)
	case m.Stage == stageReading:
		err = e.readMapRun(m, s.distribution.reader)
	case m.Stage == stageWriting:
		err = e.writeMapRun(m, s.distribution.writer)
	case m.exceeded() || m.finished() || m.room() && m.NextChild < m.Children:
		err = e.startChildren(m.ARN)
	}
	if err != nil && !errors.Is(err, errStale) {
		return fmt.Errorf("go on with Map Run %s: %w", arn, err)
	}
	return err
}

// stateOf returns the Map state of m.
func (e *Engine) stateOf(tx store.Tx, m *mapRun) (*state, error) {
	x, err := readExecution(tx, m.Execution)
	if err != nil {
		return nil, err
	}
	d, err := e.definition(tx, x.Definition)
	if err != nil {
		return nil, err
	}
	return d.find(m.State), nil
}

// within changes a running Map Run that is at a stage, together with the execution
// around it. It returns errStale when it isn't there any more.
func (e *Engine) within(tx store.Tx, arn string, at stage, f func(r *run, m *mapRun, t *thread)) error {
	m, err := readMapRun(tx, arn)
	if err != nil || m.Status != Running || m.Stage != at {
		return errors.Join(err, errStale)
	}
	x, err := readExecution(tx, m.Execution)
	if err != nil || x.Status != Running {
		return errors.Join(err, errStale)
	}
	return e.carry(tx, x, func(r *run) error {
		t := r.thread(m.Thread)
		if t == nil || t.MapRun != m.ARN {
			return errStale
		}
		f(r, m, t)
		return nil
	})
}

// readMapRun reads the items of a Map Run, and goes on with what came of it.
func (e *Engine) readMapRun(m *mapRun, reader *itemReader) error {
	items, failure := e.readItems(context.Background(), m, reader)
	return e.Store.Update(func(tx store.Tx) error {
		return e.within(tx, m.ARN, stageReading, func(r *run, m *mapRun, t *thread) {
			if failure != nil {
				r.failMapRun(m, t, &Fault{Name: errItemReaderFailed, Cause: failure.Error()})
				return
			}
			if fault := r.stock(m, t, r.state(t), items); fault != nil {
				r.failMapRun(m, t, fault)
				return
			}
			r.saveMapRun(m)
		})
	})
}

// failMapRun ends a Map Run, whose running executions are stopped, and fails its state.
func (r *run) failMapRun(m *mapRun, t *thread, fault *Fault) {
	m.Status, m.Stopped = Failed, &r.now
	d := details{}
	d.fault(fault)
	r.record(t, "MapRunFailed", d)
	r.saveMapRun(m)
	r.record(t, "MapStateFailed", details{})
	r.fail(t, fault)
}

// abortMapRun ends the Map Run that t is in, if it runs, with the execution or the state around it.
func (r *run) abortMapRun(t *thread) {
	if t.MapRun == "" {
		return
	}
	m, err := readMapRun(r.tx, t.MapRun)
	if err != nil {
		r.failure = errors.Join(r.failure, err)
		return
	}
	if m.Status != Running {
		return
	}
	m.Status, m.Stopped = Aborted, &r.now
	r.saveMapRun(m)
	r.record(t, "MapRunAborted", details{})
}

// redriveMapRun goes on with the Map Run of a state that is redriven: with reading
// its items where that failed, or else with the executions that had not succeeded. One
// that succeeded, as only its state failed, is run anew.
func (r *run) redriveMapRun(t *thread, s *state) {
	m, err := readMapRun(r.tx, t.MapRun)
	if err != nil {
		r.failure = errors.Join(r.failure, err)
		return
	}
	if m.Status == Succeeded || m.Stage == stageRunning && m.Children == 0 {
		t.rest()
		r.attempt(t)
		return
	}
	t.Phase = phaseMapRun
	m.Status, m.Stopped, m.NextChild = Running, nil, 0
	m.Redrives++
	m.Redriven = &r.now
	if m.Stage == stageWriting {
		m.Stage = stageRunning
	}
	if err := r.engine.pendRedrives(r.tx, m); err != nil {
		r.failure = errors.Join(r.failure, err)
		return
	}
	count := m.Redrives
	r.record(t, "MapRunRedriven", details{MapRunARN: m.ARN, RedriveCount: &count})
	r.saveMapRun(m)
}

// resumeMapRuns goes on after a restart with the Map Runs that run, and with stopping
// the executions of those that have ended.
func (e *Engine) resumeMapRuns(tx store.Tx) error {
	for _, value := range tx.Scan(mapRunTable, nil) {
		m, err := store.ParseJSON[mapRun](mapRunTable, value)
		if err != nil {
			return err
		}
		if m.Status == Running || m.Executions.Running > 0 {
			e.background(func() error { return e.advance(m.ARN) })
		}
	}
	return nil
}
