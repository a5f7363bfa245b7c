// Package resumestep answers the state machine tasks that wait for an event: a
// build that has ended, an approval that was decided, an environment that was
// handed over.
package resumestep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway/events"
	"slipway/functions/lockenvironment"
	"slipway/functions/runstep"
	"slipway/shared/fault"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Deployments is where deployments are kept.
type Deployments interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
}

// Results tells what came of work done elsewhere.
type Results interface {
	Resume(ctx context.Context, e events.Raw) ([]step.Report, error)
	Forget(ctx context.Context, a step.Attempt) error
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
	if e.Source == events.Source && e.DetailType != step.TimerDue {
		if err := h.deployment(ctx, e); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, h.works(ctx, e)
}

// works reports the steps whose work elsewhere has ended.
func (h *Handler) works(ctx context.Context, e events.Raw) error {
	reports, failed := h.results.Resume(ctx, e)
	for _, r := range reports {
		id, err := pipeline.ParseExecutionID(r.Attempt.Execution)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		result, err := runstep.Result(r.Outcome, r.Err)
		if err == nil {
			err = h.reporter.Report(ctx, id, r.Attempt.Step, r.Attempt.Attempt, result)
		}
		if err == nil {
			err = h.results.Forget(ctx, r.Attempt)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// deployment answers the deployment that waits for e, if e is of one.
func (h *Handler) deployment(ctx context.Context, e events.Raw) error {
	var subject struct {
		events.Subject
		Step string `json:"step"`
	}
	if err := json.Unmarshal(e.Detail, &subject); err != nil {
		return fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	if subject.Step != "" { // it is a step that waits
		return nil
	}
	id, err := pipeline.ParseDeploymentID(subject.Deployment)
	if err != nil {
		return fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	d, err := h.deployments.Deployment(ctx, id)
	if err != nil {
		return err
	}
	return h.wake(ctx, e, d)
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
	case e.DetailType == events.DeploymentCancelled{}.Type():
		return h.executions.Fail(ctx, d.Token, fault.Ended, d.Reason)
	}
	return nil // it may be what a step waits for
}

// build reports the step whose build has ended.
func (h *Handler) build(ctx context.Context, e events.Raw) error {
	var change events.BuildStateChange
	if err := json.Unmarshal(e.Detail, &change); err != nil {
		return fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	key := change.Variable(step.JobVariable)
	execution, name, attempt, err := step.ParseJobKey(key)
	if err != nil {
		return fmt.Errorf("build %s is not of a step: %w", change.BuildID, err)
	}
	id, err := pipeline.ParseExecutionID(execution)
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
