// Package runstep starts the steps of deployments and of runs.
package runstep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/step"
)

// Runner starts steps.
type Runner interface {
	Start(ctx context.Context, kind string, w step.Work) (step.Outcome, error)
}

// Plans is where plans are kept.
type Plans interface {
	Read(ctx context.Context, hash string) (pipeline.Plan, error)
}

// A Handler runs steps.
type Handler struct {
	steps    Steps
	runner   Runner
	plans    Plans
	reporter *Reporter
	now      func() time.Time
}

// New returns a handler.
func New(steps Steps, runner Runner, plans Plans, reporter *Reporter, now func() time.Time) *Handler {
	return &Handler{steps, runner, plans, reporter, now}
}

// An Input is one attempt at one step; token is answered when it has ended.
type Input struct {
	Execution pipeline.ExecutionID `json:"execution"`
	// Deployment names the execution in what older definitions of Deploy send: an
	// execution keeps the definition that it started with.
	Deployment pipeline.DeploymentID `json:"deployment,omitzero"`
	Step       string                `json:"step"`
	Attempt    int                   `json:"attempt"`
	Plan       string                `json:"plan"`
	Token      string                `json:"token"`
}

// Handle records that the attempt starts, and starts it. Work that is done at once
// is reported at once; other work reports by event. An attempt that has ended is
// not made again but answered again; one that was cut off goes on, as starting a
// step is repeatable.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	if in.Execution == (pipeline.ExecutionID{}) {
		in.Execution.Deployment = in.Deployment
	}
	plan, err := h.plans.Read(ctx, in.Plan)
	if err != nil {
		return struct{}{}, err
	}
	planned, err := plan.Step(in.Step)
	if err != nil {
		return struct{}{}, err
	}
	run, x, err := h.begin(ctx, in, planned.Kind)
	if err != nil {
		return struct{}{}, fmt.Errorf("start step %s of %s: %w", in.Step, in.Execution, err)
	}
	if run.Status != pipeline.StatusRunning {
		run.Token = in.Token
		return struct{}{}, h.reporter.answer(ctx, run, x)
	}
	outcome, err := h.runner.Start(ctx, planned.Kind, planning.Work(plan, planned, in.Attempt, x.RequestedBy))
	result, err := Result(outcome, err)
	if err != nil {
		return struct{}{}, fmt.Errorf("start step %s of %s: %w", in.Step, in.Execution, err)
	}
	if result.Error == "" && !outcome.Done {
		return struct{}{}, nil
	}
	return struct{}{}, h.reporter.Report(ctx, in.Execution, in.Step, in.Attempt, result)
}

// begin records the attempt and returns it: running, or as it ended before.
func (h *Handler) begin(ctx context.Context, in Input, kind string) (run pipeline.StepRun, x pipeline.Execution, err error) {
	err = h.steps.Change(ctx, pipeline.ProjectChain(in.Execution.Project()), func(ctx context.Context) (pipeline.Change, error) {
		var err error
		if x, err = h.steps.Execution(ctx, in.Execution); err != nil {
			return pipeline.Change{}, err
		}
		if x.Plan != in.Plan {
			return pipeline.Change{}, fmt.Errorf("its plan is %s, not %s: %w", x.Plan, in.Plan, pipeline.ErrRefused)
		}
		known, err := h.steps.Step(ctx, in.Execution, in.Step)
		switch {
		case err != nil && !errors.Is(err, pipeline.ErrNotFound):
			return pipeline.Change{}, err
		case known.Attempt > in.Attempt:
			return pipeline.Change{}, fmt.Errorf("attempt %d has followed attempt %d: %w", known.Attempt, in.Attempt, pipeline.ErrEnded)
		case known.Attempt == in.Attempt && known.Status != pipeline.StatusRunning:
			run = known
			return pipeline.Change{}, nil
		}
		admits := x
		if known.Attempt == in.Attempt { // what it has begun elsewhere is to be cancelled there, not left behind
			admits.Cancelling = nil
		}
		started, event, err := admits.StartStep(in.Step, kind, in.Attempt, in.Token, h.now())
		if err != nil {
			return pipeline.Change{}, err
		}
		change := pipeline.Change{By: pipeline.System}
		if known.Attempt == in.Attempt { // cut off: the same attempt, with a new token
			known.Token = in.Token
			started = known
		} else {
			change.Events = []events.Event{event}
		}
		run, change.Steps = started, []pipeline.StepRun{started}
		return change, nil
	})
	return run, x, err
}
