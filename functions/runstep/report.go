package runstep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/fault"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// The names by which the state machine tells whether another attempt is worth it.
const (
	FaultStepFailed  = "StepFailed"
	FaultStepRefused = "StepRefused" // another attempt would fail alike
)

// Steps is where steps are kept.
type Steps interface {
	Execution(ctx context.Context, id pipeline.ExecutionID) (pipeline.Execution, error)
	Step(ctx context.Context, id pipeline.ExecutionID, step string) (pipeline.StepRun, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Executions answers tasks.
type Executions interface {
	Succeed(ctx context.Context, token string, output any) error
	Fail(ctx context.Context, token, name, cause string) error
}

// A Reporter records how attempts at steps ended and tells the state machine.
type Reporter struct {
	steps      Steps
	executions Executions
	now        func() time.Time
}

// NewReporter returns a reporter.
func NewReporter(steps Steps, executions Executions, now func() time.Time) *Reporter {
	return &Reporter{steps, executions, now}
}

// Result returns what came of an attempt that ended with outcome and err, the
// results of [step.Runner]; other errors than a [*step.Failure] it returns.
func Result(outcome step.Outcome, err error) (pipeline.StepResult, error) {
	var failure *step.Failure
	if errors.As(err, &failure) {
		return pipeline.StepResult{Error: failure.Name, Cause: failure.Cause, Permanent: failure.Permanent}, nil
	}
	return pipeline.StepResult{Outputs: outcome.Outputs}, err
}

// Report records that an attempt ended with result and answers its token. What
// was recorded before stands, and is answered again. The report of an attempt
// that another has followed is passed over.
func (r *Reporter) Report(ctx context.Context, id pipeline.ExecutionID, name string, attempt int, result pipeline.StepResult) error {
	var run pipeline.StepRun
	var x pipeline.Execution
	err := r.steps.Change(ctx, pipeline.ProjectChain(id.Project()), func(ctx context.Context) (pipeline.Change, error) {
		var err error
		if run, err = r.steps.Step(ctx, id, name); err != nil {
			return pipeline.Change{}, err
		}
		if x, err = r.steps.Execution(ctx, id); err != nil {
			return pipeline.Change{}, err
		}
		if run.Attempt != attempt || run.Status != pipeline.StatusRunning {
			return pipeline.Change{}, nil
		}
		finished, err := run.Finish(x, result, r.now())
		return pipeline.Change{By: pipeline.System, Steps: []pipeline.StepRun{run}, Events: []events.Event{finished}}, err
	})
	if err != nil {
		return fmt.Errorf("report step %s of %s: %w", name, id, err)
	}
	if run.Attempt != attempt {
		return nil
	}
	return r.answer(ctx, run, x)
}

// answer tells the state machine how run, a step of x that has ended, ended. One that
// failed while x is being cancelled was cancelled, too.
func (r *Reporter) answer(ctx context.Context, run pipeline.StepRun, x pipeline.Execution) error {
	name := FaultStepFailed
	switch {
	case run.Status == pipeline.StatusSucceeded:
		return r.executions.Succeed(ctx, run.Token, struct{}{})
	case x.Cancelling != nil:
		name = fault.Cancelling
	case run.Permanent:
		name = FaultStepRefused
	}
	return r.executions.Fail(ctx, run.Token, name, fmt.Sprintf("step %s: %s: %s", run.Step, run.Error, run.Cause))
}
