// Package resumestep answers the state machine tasks that wait for an event: a
// build that has ended, an approval that was decided, an environment that was
// handed over.
package resumestep

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway/events"
	"slipway/functions/lockenvironment"
	"slipway/functions/runstep"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Deployments is where deployments are kept.
type Deployments interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
}

// Results tells what came of work done elsewhere.
type Results interface {
	ReadResult(ctx context.Context, jobKey, buildStatus string) (step.Outcome, error)
}

// A Handler resumes executions.
type Handler struct {
	deployments Deployments
	results     Results
	executions  runstep.Executions
	reporter    *runstep.Reporter
}

// New returns a handler.
func New(deployments Deployments, results Results, executions runstep.Executions, reporter *runstep.Reporter) *Handler {
	return &Handler{deployments, results, executions, reporter}
}

// FaultRejected is the name by which the state machine learns that an approver said no.
const FaultRejected = "Rejected"

// buildEnded is the detail-type of CodeBuild's event.
const buildEnded = "CodeBuild Build State Change"

// Handle answers the token of whatever waits for e. What no longer waits is not
// answered: the table says what each deployment waits for, and the token with it.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	if e.DetailType == buildEnded {
		return struct{}{}, h.build(ctx, e)
	}
	var subject events.Deployment
	if err := json.Unmarshal(e.Detail, &subject); err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	id, err := pipeline.ParseDeploymentID(subject.Deployment)
	if err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	d, err := h.deployments.Deployment(ctx, id)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, h.wake(ctx, e, d)
}

// wake answers d's token if e is what d waited for.
func (h *Handler) wake(ctx context.Context, e events.Raw, d pipeline.Deployment) error {
	switch {
	case d.Token == "":
		return nil
	case e.DetailType == events.ApprovalDecided{}.Type() && d.Status == pipeline.StatusRejected:
		return h.executions.Fail(ctx, d.Token, FaultRejected, d.Reason)
	case e.DetailType == events.ApprovalDecided{}.Type():
		if d.Status != pipeline.StatusAwaitingApproval || !d.Approved(d.Plan, d.Asked.Quorum) {
			return nil
		}
		return h.executions.Succeed(ctx, d.Token, struct{}{})
	case e.DetailType == events.DeploymentStarted{}.Type():
		return h.executions.Succeed(ctx, d.Token, struct{}{})
	case e.DetailType == events.DeploymentSuperseded{}.Type():
		return h.executions.Fail(ctx, d.Token, lockenvironment.FaultSuperseded, d.Reason)
	}
	return fmt.Errorf("event %s of type %q resumes nothing: %w", e.ID, e.DetailType, pipeline.ErrInvalid)
}

// build reports the step whose build has ended.
func (h *Handler) build(ctx context.Context, e events.Raw) error {
	var change events.BuildStateChange
	if err := json.Unmarshal(e.Detail, &change); err != nil {
		return fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	key := change.Variable(step.JobVariable)
	deployment, name, attempt, err := step.ParseJobKey(key)
	if err != nil {
		return fmt.Errorf("build %s is not of a step: %w", change.BuildID, err)
	}
	id, err := pipeline.ParseDeploymentID(deployment)
	if err != nil {
		return fmt.Errorf("build %s: %w", change.BuildID, err)
	}
	outcome, err := h.results.ReadResult(ctx, key, change.BuildStatus)
	result, err := runstep.Result(outcome, err)
	if err != nil {
		return fmt.Errorf("build %s: %w", change.BuildID, err)
	}
	if result.Error == "" && !outcome.Done {
		return nil
	}
	return h.reporter.Report(ctx, id, name, attempt, result)
}
