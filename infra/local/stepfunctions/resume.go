package stepfunctions

import (
	"errors"
	"fmt"

	"slipway/infra/local/store"
)

// Resume goes on with everything that the store holds unfinished: waits and time-outs
// keep their deadlines, task tokens stay valid, a service whose answer was not
// recorded is called again, and executions that others wait for, Map Runs and
// what is to be stopped with them go on. It writes nothing itself.
func (e *Engine) Resume() error {
	err := e.Store.View(func(tx store.Tx) error {
		for arn := range tx.Scan(runningTable, nil) {
			if err := e.recall(tx, string(arn)); err != nil {
				return fmt.Errorf("%s: %w", arn, err)
			}
		}
		return errors.Join(e.resumeJobs(tx), e.resumeMapRuns(tx))
	})
	if err != nil {
		return fmt.Errorf("resume executions: %w", err)
	}
	return nil
}

// recall sets the alarm of a running execution and repeats the calls of services that
// haven't answered.
func (e *Engine) recall(tx store.Tx, arn string) error {
	x, err := executionAt(tx, arn)
	if err != nil {
		return err
	}
	r, err := e.load(tx, x)
	if err != nil {
		return err
	}
	e.arm(arn, x.Revision, x.due())
	for t := range x.Root.all() {
		if t.Phase == phaseTask && !t.Task.Answered {
			c := r.callOf(t)
			e.background(func() error { return e.call(c) })
		}
	}
	return nil
}
