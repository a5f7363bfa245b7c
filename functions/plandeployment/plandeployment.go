// Package plandeployment resolves what a deployment would do and asks the gates
// whether it may start.
package plandeployment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"slipway/shared/gate"
	"slipway/shared/objects"
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

// Objects is where plans are kept.
type Objects interface {
	Put(ctx context.Context, bucket, key string, body io.Reader, options objects.Options) error
}

// A Handler plans deployments.
type Handler struct {
	store   Store
	planner Planner
	objects Objects
	bucket  string
}

// New returns a handler that keeps plans in the work bucket.
func New(store Store, planner Planner, objects Objects, bucket string) *Handler {
	return &Handler{store, planner, objects, bucket}
}

// An Input names the deployment to plan.
type Input struct {
	Deployment pipeline.DeploymentID `json:"deployment"`
}

// What the state machine does next.
const (
	NextWait     = "wait"
	NextApproval = "approval"
	NextGo       = "go"
)

// An Output tells the state machine what to do; the plan itself lies in the work bucket.
type Output struct {
	Next                   string    `json:"next"`
	Plan                   string    `json:"plan"` // its hash
	Until                  time.Time `json:"until,omitzero"`
	ApprovalTimeoutSeconds int       `json:"approvalTimeoutSeconds,omitempty"`
	Steps                  []Step    `json:"steps"`
}

// A Step is an element of what the state machine maps over.
type Step struct {
	Step           string `json:"step"`
	Attempt        int    `json:"attempt"`
	Retry          int    `json:"retry"`
	TimeoutSeconds int    `json:"timeoutSeconds"` // when the state machine gives the attempt up
}

// grace is what a step may take beyond its own time-out before the state machine
// gives it up: to wait for a build machine, and to report.
const grace = 90 * time.Minute

// Handle returns [pipeline.ErrEnded] when the deployment has ended and
// [pipeline.ErrRefused] when a gate is closed to it.
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
	if err := h.keep(ctx, proposal); err != nil {
		return Output{}, err
	}
	return next(proposal)
}

// Key returns the key under which the plan with that hash is kept.
func Key(hash string) string { return "plans/" + hash + ".json" }

// keep stores the plan under its hash, so that storing it again changes nothing.
func (h *Handler) keep(ctx context.Context, p planning.Proposal) error {
	data, err := json.Marshal(p.Plan)
	if err == nil {
		err = h.objects.Put(ctx, h.bucket, Key(p.Hash), bytes.NewReader(data), objects.Options{ContentType: "application/json"})
	}
	if err != nil {
		return fmt.Errorf("keep plan of %s: %w", p.Plan.Deployment, err)
	}
	return nil
}

func next(p planning.Proposal) (Output, error) {
	out := Output{Next: NextGo, Plan: p.Hash, Steps: []Step{}}
	for _, s := range p.Plan.Steps {
		out.Steps = append(out.Steps, Step{Step: s.Name, Attempt: 1, Retry: s.Retry,
			TimeoutSeconds: s.TimeoutSeconds + int(grace/time.Second)})
	}
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
