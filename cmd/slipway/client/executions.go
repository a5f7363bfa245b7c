package client

import (
	"context"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// An Execution is a deployment or a run: what the API tells of both alike.
type Execution struct {
	ID          string     `json:"id"`
	Project     string     `json:"project"`
	Release     string     `json:"release"` // of a deployment
	Runbook     string     `json:"runbook"` // of a run
	Environment string     `json:"environment"`
	Status      string     `json:"status"`
	Plan        string     `json:"plan"`   // its hash
	Reason      string     `json:"reason"` // why it ended other than by success
	Steps       []api.Step `json:"steps"`  // those that have started, by name
}

// Execution returns a deployment or a run with its steps.
func (c *Client) Execution(ctx context.Context, id pipeline.ExecutionID) (Execution, error) {
	return get[Execution](ctx, c, nil, collection(id), id.String())
}

// Logs returns what the steps of a deployment or of a run have logged.
func (c *Client) Logs(ctx context.Context, id pipeline.ExecutionID) (api.LogReport, error) {
	return get[api.LogReport](ctx, c, nil, collection(id), id.String(), "logs")
}

// Decide approves or rejects, in the name of who signs: the plan of a deployment, or a
// step of a deployment or of a run that asks.
func (c *Client) Decide(ctx context.Context, id pipeline.ExecutionID, decision api.DecisionRequest) (Execution, error) {
	return post[Execution](ctx, c, decision, collection(id), id.String(), "decisions")
}

// Cancel asks, in the name of who signs, to end a deployment or a run early.
func (c *Client) Cancel(ctx context.Context, id pipeline.ExecutionID, request api.CancelRequest) (Execution, error) {
	return post[Execution](ctx, c, request, collection(id), id.String(), "cancel")
}

// collection returns the first segment of the path of what id names.
func collection(id pipeline.ExecutionID) string {
	if id.IsRun() {
		return "runs"
	}
	return "deployments"
}
