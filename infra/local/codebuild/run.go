package codebuild

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// The causes with which a build's context ends.
var (
	errTimedOut = errors.New("the build ran longer than its time-out")
	errStopped  = errors.New("the build was stopped")
)

// errPanicked tells that the runner itself broke.
var errPanicked = errors.New("the runner panicked")

// schedule has a build begin once the transaction has committed.
func (e *Engine) schedule(tx store.Tx, id string) {
	tx.OnCommit(func() { clock.Go(e.Clock, func() { e.perform(id) }) })
}

// perform runs a build from its beginning to its end.
func (e *Engine) perform(id string) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	if !e.register(id, cancel) {
		return
	}
	defer e.unregister(id)
	b, begun, err := e.begin(id)
	if err != nil {
		e.Report(fmt.Errorf("begin build %s: %w", id, err))
	}
	if !begun {
		return
	}
	stopTimer := clock.After(e.Clock, time.Duration(b.Minutes)*time.Minute, func() { cancel(errTimedOut) })
	err = e.run(ctx, e.environment(b))
	stopTimer()
	if err := e.end(ctx, id, err); err != nil {
		e.Report(fmt.Errorf("end build %s: %w", id, err))
	}
}

// register makes a build known to StopBuild and Close; it is refused when the engine is closed.
func (e *Engine) register(id string, cancel context.CancelCauseFunc) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.running[id] = cancel
	return true
}

func (e *Engine) unregister(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.running, id)
}

// stop ends the build if it is running here; otherwise begin will see that it is to stop.
func (e *Engine) stop(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if cancel, ok := e.running[id]; ok {
		cancel(errStopped)
	}
}

// begin notes that the build's command is being started, so that it never starts
// twice; a build that is to stop ends there and then.
func (e *Engine) begin(id string) (b build, begun bool, err error) {
	err = e.Store.Update(func(tx store.Tx) (err error) {
		b, err = readBuild(tx, id)
		switch {
		case err != nil || b.Status != statusInProgress || b.Began:
			return err
		case b.Stopping:
			return e.finish(tx, b, statusStopped, errStopped.Error())
		}
		begun, b.Began, b.Phase = true, true, phaseBuild
		return store.PutJSON(tx, buildTable, []byte(id), b)
	})
	return b, begun && err == nil, err
}

// environment returns the variables of the build's command.
func (e *Engine) environment(b build) map[string]string {
	environment := map[string]string{"CODEBUILD_BUILD_ID": b.ID, "CODEBUILD_BUILD_ARN": e.arn("build", b.ID)}
	for _, v := range b.Variables {
		environment[v.Name] = v.Value
	}
	return environment
}

func (e *Engine) run(ctx context.Context, environment map[string]string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", errPanicked, v)
		}
	}()
	return e.Run(ctx, environment)
}

// end gives the build the status that its command's error and its context's cause call for.
func (e *Engine) end(ctx context.Context, id string, failed error) error {
	status, why := statusSucceeded, ""
	if failed != nil {
		status, why = statusFailed, failed.Error()
		switch cause := context.Cause(ctx); {
		case errors.Is(failed, errPanicked):
			status = statusFault
		case errors.Is(cause, errClosed):
			status, why = statusFault, cause.Error()
		case errors.Is(cause, errTimedOut):
			status, why = statusTimedOut, cause.Error()
		case errors.Is(cause, errStopped):
			status, why = statusStopped, cause.Error()
		}
	}
	return e.Store.Update(func(tx store.Tx) error {
		b, err := readBuild(tx, id)
		if err != nil {
			return err
		}
		return e.finish(tx, b, status, why)
	})
}
