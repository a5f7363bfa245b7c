package decideapproval_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/decideapproval"
	"slipway/shared/fault"
	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/table"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const execution = "arn:aws:states:us-east-1:000000000000:execution:Approve-production:x"

// A store keeps one deployment and one request.
type store struct {
	deployment pipeline.Deployment
	request    table.ApprovalRequest
}

func (s *store) Deployment(context.Context, pipeline.DeploymentID) (pipeline.Deployment, error) {
	return s.deployment, nil
}

func (s *store) Execution(context.Context, pipeline.ExecutionID) (pipeline.Execution, error) {
	return s.deployment.Execution(), nil
}

func (s *store) Step(_ context.Context, id pipeline.ExecutionID, step string) (pipeline.StepRun, error) {
	return pipeline.StepRun{}, fmt.Errorf("step %s of %s: %w", step, id, pipeline.ErrNotFound)
}

func (s *store) JoinApproval(_ context.Context, _ string, half table.ApprovalRequest) (table.ApprovalRequest, error) {
	r := &s.request
	if half.Token != "" {
		r.Input, r.Environment, r.Token, r.AskedAt = half.Input, half.Environment, half.Token, half.AskedAt
	}
	r.Caller, r.Refusal = cmp.Or(r.Caller, half.Caller), cmp.Or(r.Refusal, half.Refusal)
	return *r, nil
}

func (s *store) Change(ctx context.Context, _ pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	c, err := decide(ctx)
	for _, d := range c.Deployments {
		s.deployment = d
	}
	return err
}

// answers are the names of the errors that tasks were answered with, "" for a success.
type answers []string

func (a *answers) Succeed(context.Context, string, any) error {
	*a = append(*a, "")
	return nil
}

func (a *answers) Fail(_ context.Context, _, name, _ string) error {
	*a = append(*a, name)
	return nil
}

func TestARefusalStandsWhenTheRecordOfItsAuthorComesAgain(t *testing.T) {
	id := pipeline.DeploymentID{Project: "shop", Release: 1, Environment: "production", Attempt: 1}
	kept := &store{deployment: pipeline.Deployment{ID: id, Version: pipeline.MustVersion("1.0.0"), Status: pipeline.StatusRequested}}
	var told answers
	h := decideapproval.New(kept, &told, platform.Platform{Groups: map[string][]string{"managers": {"manager1"}}}, func() time.Time { return noon })
	handle := func(in decideapproval.Input) {
		t.Helper()
		if _, err := h.Handle(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	record := decideapproval.Input{DetailType: "AWS API Call via CloudTrail"}
	record.Detail.ResponseElements.ExecutionARN = execution
	record.Detail.UserIdentity.ARN = "arn:aws:iam::000000000000:user/manager1"
	input, err := json.Marshal(events.ApprovalInput{Deployment: id.String(), Plan: "sha256:a", Decision: pipeline.DecisionApprove})
	if err != nil {
		t.Fatal(err)
	}
	handle(decideapproval.Input{Task: decideapproval.Task{Execution: execution, StateMachine: "Approve-production", Input: input, Token: "token"}})
	handle(record) // too early: the deployment does not ask yet
	if _, err := kept.deployment.Ask("sha256:a", "wait", pipeline.Asked{Quorum: 1, Groups: []string{"managers"}}, events.ApprovalStart{}); err != nil {
		t.Fatal(err)
	}
	handle(record)
	if len(kept.deployment.Approvals) != 0 {
		t.Errorf("%+v counts, but its author was told that it was refused", kept.deployment.Approvals)
	}
	for _, name := range told {
		if name != fault.Refused {
			t.Errorf("the execution was told %q, want %q", name, fault.Refused)
		}
	}
}
