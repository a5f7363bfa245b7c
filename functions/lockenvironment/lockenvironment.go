// Package lockenvironment gives a deployment its environment, or lets it wait for it.
package lockenvironment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

// Store is where deployments and environments are kept.
type Store interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Release(ctx context.Context, project string, number int) (pipeline.Release, error)
	Environment(ctx context.Context, project, name string) (pipeline.Environment, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Planner makes plans.
type Planner interface {
	Propose(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (planning.Proposal, error)
}

// Plans is where plans are kept.
type Plans interface {
	Previewed(ctx context.Context, p planning.Proposal, hash string) (planning.Proposal, error)
}

// Executions answers tasks.
type Executions interface {
	Succeed(ctx context.Context, token string, output any) error
	Fail(ctx context.Context, token, name, cause string) error
}

// A Handler locks environments.
type Handler struct {
	store      Store
	planner    Planner
	plans      Plans
	executions Executions
	now        func() time.Time
}

// New returns a handler.
func New(store Store, planner Planner, plans Plans, executions Executions, now func() time.Time) *Handler {
	return &Handler{store, planner, plans, executions, now}
}

// An Input asks for the deployment's environment; token is answered when it has it.
type Input struct {
	Deployment pipeline.DeploymentID `json:"deployment"`
	Plan       string                `json:"plan"`
	Token      string                `json:"token"`
}

// FaultSuperseded is the name by which the state machine learns that a newer
// release is in the environment.
const FaultSuperseded = "Superseded"

// Handle acquires the environment and answers the token; when another deployment
// has the environment, this one queues, and the deployment that hands the
// environment over causes the answer. It returns [pipeline.ErrEnded] when the
// deployment has ended otherwise, and [pipeline.ErrRefused] when it would start
// with another plan than the one given or through a gate that is not open: that no
// gate was passed by is thus part of the very write that starts the deployment.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	var d pipeline.Deployment
	err := h.store.Change(ctx, pipeline.ProjectChain(in.Deployment.Project), func(ctx context.Context) (c pipeline.Change, err error) {
		c, d, err = h.acquire(ctx, in)
		return c, err
	})
	if err != nil {
		return struct{}{}, fmt.Errorf("lock %s for %s: %w", in.Deployment.Environment, in.Deployment, err)
	}
	switch d.Status {
	case pipeline.StatusRunning:
		return struct{}{}, h.executions.Succeed(ctx, in.Token, struct{}{})
	case pipeline.StatusSuperseded:
		return struct{}{}, h.executions.Fail(ctx, in.Token, FaultSuperseded, d.Reason)
	case pipeline.StatusQueued:
		return struct{}{}, nil
	}
	return struct{}{}, fmt.Errorf("deployment %s is %s: %w", d.ID, d.Status, pipeline.ErrEnded)
}

// acquire returns the change and the deployment as it leaves it.
func (h *Handler) acquire(ctx context.Context, in Input) (c pipeline.Change, d pipeline.Deployment, err error) {
	// The environment is read first: a deployment that is its holder then has started
	// by the time it is read itself, which an empty change, that checks nothing, relies on.
	e, err := h.store.Environment(ctx, in.Deployment.Project, in.Deployment.Environment)
	if err != nil {
		return c, d, err
	}
	d, err = h.store.Deployment(ctx, in.Deployment)
	if err != nil || d.Status.Terminal() {
		return c, d, err
	}
	if err := h.admit(ctx, d, e, in.Plan); err != nil {
		return c, d, err
	}
	waiting, err := Waiting(ctx, h.store, e)
	if err != nil {
		return c, d, err
	}
	changed, happened, err := e.Acquire(d, in.Plan, in.Token, waiting, h.now())
	if err != nil || len(changed) == 0 {
		return c, d, err
	}
	c = pipeline.Change{By: pipeline.System, Deployments: changed, Events: happened, Environments: []pipeline.Environment{e}}
	return c, changed[len(changed)-1], nil
}

// admit checks that d may start, or queue, with plan, unless it has done so before.
func (h *Handler) admit(ctx context.Context, d pipeline.Deployment, e pipeline.Environment, plan string) error {
	if e.Holder == d.ID || slices.Contains(e.Queue, d.ID) {
		return nil
	}
	r, err := h.store.Release(ctx, d.ID.Project, d.ID.Release)
	if err != nil {
		return err
	}
	proposal, err := h.planner.Propose(ctx, d, r)
	if err != nil {
		return err
	}
	// What the steps would change stands as it was shown: AWS is not asked within a write.
	if proposal, err = h.plans.Previewed(ctx, proposal, plan); err != nil {
		return err
	}
	if proposal.Hash != plan {
		return fmt.Errorf("its plan is %s by now, no longer %s; promote it again: %w", proposal.Hash, plan, pipeline.ErrRefused)
	}
	if v, closed := gate.First(proposal.Verdicts); closed {
		return fmt.Errorf("the %s gate requires that %s; %s: %w", v.Gate, v.Requires, v.Reason, pipeline.ErrRefused)
	}
	return nil
}

// A DeploymentReader reads one deployment.
type DeploymentReader interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
}

// Waiting returns the deployments in e's queue, in its order.
func Waiting(ctx context.Context, read DeploymentReader, e pipeline.Environment) ([]pipeline.Deployment, error) {
	var all []pipeline.Deployment
	for _, id := range e.Queue {
		d, err := read.Deployment(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}
