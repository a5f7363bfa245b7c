// Package startdeployment starts the Deploy state machine for each deployment
// that is requested.
package startdeployment

import (
	"context"
	"fmt"

	"slipway/events"
	"slipway/shared/pipeline"
)

// Executions starts state machines.
type Executions interface {
	Start(ctx context.Context, machine, name string, input any) error
}

// A Handler starts deployments.
type Handler struct {
	executions Executions
	machine    string
}

// New returns a handler that starts executions of machine, the ARN of Deploy.
func New(executions Executions, machine string) *Handler { return &Handler{executions, machine} }

// An Input is the input of an execution of Deploy.
type Input struct {
	Deployment string `json:"deployment"`
}

// Handle starts the execution that is named after the deployment. A name stays
// taken for 90 days after its execution ends, per StartExecution, so an event that
// comes again starts nothing; a later one starts an execution that finds the
// deployment ended.
func (h *Handler) Handle(ctx context.Context, e events.Envelope[events.DeploymentRequested]) (struct{}, error) {
	id, err := pipeline.ParseDeploymentID(e.Detail.Deployment.Deployment)
	if err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	return struct{}{}, h.executions.Start(ctx, h.machine, id.String(), Input{id.String()})
}
