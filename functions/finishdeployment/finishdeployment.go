// Package finishdeployment records how a deployment ended and hands its
// environment over.
package finishdeployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/events"
	"slipway/functions/lockenvironment"
	"slipway/shared/fault"
	"slipway/shared/pipeline"
)

// Store is where deployments and environments are kept.
type Store interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Environment(ctx context.Context, project, name string) (pipeline.Environment, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// A Handler finishes deployments.
type Handler struct {
	store Store
	now   func() time.Time
}

// New returns a handler.
func New(store Store, now func() time.Time) *Handler { return &Handler{store, now} }

// A Task is what the state machine tells at the end of a deployment.
type Task struct {
	Deployment pipeline.DeploymentID `json:"deployment"`
	Outcome    pipeline.Status       `json:"outcome"`
	Error      string                `json:"error"`
	Cause      string                `json:"cause"`
}

// An Input is a [Task] or, if it has a detail-type, the event that tells that an
// execution ended without one: stopped by a person, or failed in its last state.
type Input struct {
	Task
	DetailType string                       `json:"detail-type"`
	Detail     events.ExecutionStatusChange `json:"detail"`
}

// Handle ends the deployment and gives its environment to the next in the queue,
// in one write. From the state machine, it returns [pipeline.ErrEnded] when the
// deployment has ended already; from the event, that is as it should be.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	id, outcome := in.Deployment, Ended(in.Outcome, in.Error, in.Cause)
	if in.DetailType != "" {
		var err error
		if id, err = pipeline.ParseDeploymentID(in.Detail.Name); err != nil {
			return struct{}{}, fmt.Errorf("execution %s is not a deployment's: %w", in.Detail.ExecutionARN, err)
		}
		outcome = Abrupt(in.Detail)
	}
	err := h.store.Change(ctx, pipeline.ProjectChain(id.Project), func(ctx context.Context) (pipeline.Change, error) {
		return h.finish(ctx, id, outcome)
	})
	if in.DetailType != "" && errors.Is(err, pipeline.ErrEnded) {
		return struct{}{}, nil
	}
	if err != nil {
		return struct{}{}, fmt.Errorf("finish %s: %w", id, err)
	}
	return struct{}{}, nil
}

func (h *Handler) finish(ctx context.Context, id pipeline.DeploymentID, outcome pipeline.Outcome) (pipeline.Change, error) {
	d, err := h.store.Deployment(ctx, id)
	if err != nil {
		return pipeline.Change{}, err
	}
	e, err := h.store.Environment(ctx, id.Project, id.Environment)
	if err != nil {
		return pipeline.Change{}, err
	}
	waiting, err := lockenvironment.Waiting(ctx, h.store, e)
	if err != nil {
		return pipeline.Change{}, err
	}
	changed, happened, err := e.Finish(d, d.Cancelling.Outcome(outcome), waiting, h.now())
	if err != nil {
		return pipeline.Change{}, err
	}
	return pipeline.Change{By: pipeline.System, Deployments: changed, Events: happened, Environments: []pipeline.Environment{e}}, nil
}

// timeout is Step Functions' name of a task that took too long; it comes without a cause.
const timeout = "States.Timeout"

// Ended returns the outcome that a state machine tells: how the deployment or the run
// ended, and, as Step Functions has them, the error's name and cause.
func Ended(status pipeline.Status, name, cause string) pipeline.Outcome {
	o := pipeline.Outcome{Status: status, Error: name, Cause: fault.Message(cause)}
	switch {
	case status == pipeline.StatusCancelled && name == timeout:
		o.Cause = "its approval was not decided in time"
	case name == timeout && cause == "":
		o.Cause = "what it waited for did not report in time; the history of its execution in Step Functions tells what that was"
	}
	return o
}

// Abrupt returns the outcome of a deployment or a run whose execution ended without
// finishing it.
func Abrupt(c events.ExecutionStatusChange) pipeline.Outcome {
	if c.Status == "ABORTED" {
		return pipeline.Outcome{Status: pipeline.StatusCancelled, Cause: "its execution was stopped in Step Functions"}
	}
	o := pipeline.Outcome{Status: pipeline.StatusFailed, Error: c.Error, Cause: fault.Message(c.Cause)}
	if o.Error == "" {
		o.Error = c.Status
	}
	return o
}
