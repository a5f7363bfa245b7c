// Package plandeployment resolves what a deployment would do, has the steps that can
// tell it say what they would change, and asks the gates whether it may start.
package plandeployment

import (
	"context"
	"fmt"
	"time"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

// Store is where deployments and releases are kept.
type Store interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Release(ctx context.Context, project string, number int) (pipeline.Release, error)
}

// Planner makes plans.
type Planner interface {
	Propose(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (planning.Proposal, error)
}

// Plans is where plans are kept.
type Plans interface {
	Keep(ctx context.Context, p pipeline.Plan) (hash string, err error)
}

// A Handler plans deployments.
type Handler struct {
	store     Store
	planner   Planner
	previewer Previewer
	plans     Plans
	now       func() time.Time
}

// New returns a handler.
func New(store Store, planner Planner, previewer Previewer, plans Plans, now func() time.Time) *Handler {
	return &Handler{store, planner, previewer, plans, now}
}

// An Input names the deployment to plan.
type Input struct {
	Deployment pipeline.DeploymentID `json:"deployment"`
	// PreviewingSince is that of the output that asked to come again; else zero.
	PreviewingSince time.Time `json:"previewingSince,omitzero"`
}

// What the state machine does next.
const (
	NextWait     = "wait"
	NextApproval = "approval"
	NextGo       = "go"
)

// An Output tells the state machine what to do; the plan itself lies in the work bucket.
type Output struct {
	Next                   string             `json:"next"`
	Plan                   string             `json:"plan"` // its hash
	Until                  time.Time          `json:"until,omitzero"`
	PreviewingSince        time.Time          `json:"previewingSince,omitzero"` // of a wait for what steps would change
	ApprovalTimeoutSeconds int                `json:"approvalTimeoutSeconds,omitempty"`
	Steps                  []planning.Attempt `json:"steps"`
}

// Handle returns [pipeline.ErrEnded] when the deployment has ended, and
// [pipeline.ErrRefused] when a gate is closed to it or a step of it would fail. While it
// is being found out what steps would change, the output is to wait.
func (h *Handler) Handle(ctx context.Context, in Input) (Output, error) {
	d, err := h.store.Deployment(ctx, in.Deployment)
	if err != nil {
		return Output{}, err
	}
	if d.Status.Terminal() {
		return Output{}, fmt.Errorf("deployment %s is %s: %w", d.ID, d.Status, pipeline.ErrEnded)
	}
	r, err := h.store.Release(ctx, d.ID.Project, d.ID.Release)
	if err != nil {
		return Output{}, err
	}
	proposal, err := h.planner.Propose(ctx, d, r)
	if err != nil {
		return Output{}, err
	}
	proposal, ready, err := h.preview(ctx, d, proposal, in.PreviewingSince)
	if err != nil {
		return Output{}, err
	}
	if _, err := h.plans.Keep(ctx, proposal.Plan); err != nil {
		return Output{}, err
	}
	if !ready {
		return h.again(proposal, in.PreviewingSince), nil
	}
	return next(proposal)
}

// again returns the output that asks to plan p again in a moment; its previews have been
// asked for since then.
func (h *Handler) again(p planning.Proposal, since time.Time) Output {
	now := h.now().UTC()
	if since.IsZero() {
		since = now
	}
	return Output{Next: NextWait, Plan: p.Hash, Steps: planning.Attempts(p.Plan), Until: now.Add(previewInterval), PreviewingSince: since}
}

func next(p planning.Proposal) (Output, error) {
	out := Output{Next: NextGo, Plan: p.Hash, Steps: planning.Attempts(p.Plan)}
	v, ok := gate.First(p.Verdicts)
	if !ok {
		return out, nil
	}
	switch v.State {
	case gate.Waiting:
		out.Next, out.Until = NextWait, v.Until
	case gate.Approval:
		out.Next, out.ApprovalTimeoutSeconds = NextApproval, int(v.Policy.Timeout/time.Second)
	default:
		return Output{}, fmt.Errorf("deployment %s: the %s gate requires that %s; %s: %w",
			p.Plan.Deployment, v.Gate, v.Requires, v.Reason, pipeline.ErrRefused)
	}
	return out, nil
}
