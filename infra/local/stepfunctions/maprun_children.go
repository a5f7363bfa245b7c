package stepfunctions

import (
	"errors"
	"slices"

	"slipway/infra/local/store"
)

// childrenAtOnce is how many executions of a Map Run are started or stopped in one
// transaction, so that others get their turn.
const childrenAtOnce = 100

// startChildren starts executions of a Map Run as far as its limits allow, and ends
// it when too many have failed or all have ended.
func (e *Engine) startChildren(arn string) error {
	return e.Store.Update(func(tx store.Tx) error {
		for range childrenAtOnce {
			m, err := readMapRun(tx, arn)
			if err != nil || m.Status != Running || m.Stage != stageRunning {
				return err
			}
			if m.exceeded() || m.finished() {
				return e.within(tx, arn, stageRunning, (*run).conclude)
			}
			if !m.room() || m.NextChild >= m.Children {
				return nil
			}
			if err := e.startChild(tx, m); err != nil {
				return err
			}
		}
		e.afterCommit(tx, func() error { return e.advance(arn) })
		return nil
	})
}

// conclude ends a Map Run that has nothing left to run, or starts to write its results.
func (r *run) conclude(m *mapRun, t *thread) {
	switch {
	case m.exceeded():
		r.failMapRun(m, t, &Fault{Name: errExceedTolerated, Cause: "The specified tolerated failure threshold was exceeded"})
	case m.Write != nil:
		m.Stage = stageWriting
		r.saveMapRun(m)
	default:
		r.succeedMapRun(m, t)
	}
}

// startChild starts or redrives the next execution of m, unless it needs neither.
func (e *Engine) startChild(tx store.Tx, m *mapRun) error {
	index := m.NextChild
	m.NextChild++
	c, err := m.readChild(tx, index)
	if err != nil {
		return err
	}
	if c.Status != "" && c.Status != PendingRedrive {
		return m.save(tx)
	}
	was := c.Status
	if was == "" {
		c.Execution = e.arn("execution", m.Machine, e.NewID())
	}
	if err := errors.Join(m.move(tx, index, c, Running), m.save(tx)); err != nil {
		return err
	}
	if was == PendingRedrive {
		return e.redriveChild(tx, c.Execution)
	}
	parent, err := readExecution(tx, m.Execution)
	if err != nil {
		return err
	}
	x := &execution{ARN: c.Execution, Name: nameOf(c.Execution), Machine: m.Machine, MachineARN: m.MachineARN, MachineUpdated: parent.MachineUpdated,
		RoleARN: parent.RoleARN, Definition: parent.Definition, Status: Running, Input: string(c.Input), Started: e.Clock.Now(),
		MapRun: m.ARN, Processor: m.State, Index: index, Items: c.Items}
	return e.carry(tx, x, func(r *run) error {
		r.begin()
		return nil
	})
}

func (e *Engine) redriveChild(tx store.Tx, arn string) error {
	x, err := executionAt(tx, arn)
	if err != nil {
		return err
	}
	return e.carry(tx, x, func(r *run) error {
		r.redrive()
		return nil
	})
}

// pendRedrives readies the executions of m that ended without success for their redrive.
func (e *Engine) pendRedrives(tx store.Tx, m *mapRun) error {
	now := e.Clock.Now()
	m.Executions.NotRedrivable, m.Items.NotRedrivable = 0, 0
	for index := range m.Children {
		c, err := m.readChild(tx, index)
		if err != nil {
			return err
		}
		if slices.Contains([]Status{"", Running, Succeeded, PendingRedrive}, c.Status) {
			continue
		}
		x, err := executionAt(tx, c.Execution)
		if err != nil {
			return err
		}
		if status, _ := x.redrivability(now); status != redrivableByMapRun {
			m.Executions.NotRedrivable++
			m.Items.NotRedrivable += c.Items
			continue
		}
		was := x.Status
		x.Status = PendingRedrive
		delist(tx, x, was)
		if err := errors.Join(m.move(tx, index, c, PendingRedrive), store.PutJSON(tx, executionTable, []byte(x.ARN), x)); err != nil {
			return err
		}
	}
	return nil
}

// childEnded counts an execution of a Map Run that has ended.
func (e *Engine) childEnded(tx store.Tx, x *execution) error {
	m, err := readMapRun(tx, x.MapRun)
	if err != nil {
		return err
	}
	c, err := m.readChild(tx, x.Index)
	if err != nil {
		return err
	}
	e.afterCommit(tx, func() error { return e.advance(m.ARN) })
	return errors.Join(m.move(tx, x.Index, c, x.Status), m.save(tx))
}

// stopChildren aborts the running executions of a Map Run that has ended.
func (e *Engine) stopChildren(m *mapRun) error {
	if m.Executions.Running == 0 {
		return errStale
	}
	return e.Store.Update(func(tx store.Tx) error {
		m, err := readMapRun(tx, m.ARN)
		if err != nil || m.Status == Running {
			return err
		}
		running, err := m.runningChildren(tx, childrenAtOnce)
		for _, arn := range running {
			x, err := executionAt(tx, arn)
			if err != nil {
				return err
			}
			if err := e.carry(tx, x, func(r *run) error { r.abort(nil, nil); return nil }); err != nil {
				return err
			}
		}
		return err // ending, each of them goes on with the Map Run
	})
}

// runningChildren returns up to limit running executions of m.
func (m *mapRun) runningChildren(tx store.Tx, limit int) ([]string, error) {
	var arns []string
	for index := 0; index < m.Children && len(arns) < limit; index++ {
		c, err := m.readChild(tx, index)
		if err != nil {
			return nil, err
		}
		if c.Status == Running {
			arns = append(arns, c.Execution)
		}
	}
	return arns, nil
}
