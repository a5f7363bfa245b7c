// Package requestapproval asks for the approval of a deployment's plan.
package requestapproval

import (
	"context"
	"net/url"
	"strings"

	"slipway/events"
	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

// Store is where deployments and releases are kept.
type Store interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Release(ctx context.Context, project string, number int) (pipeline.Release, error)
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
}

// A Handler asks for approvals.
type Handler struct {
	store      Store
	planner    Planner
	plans      Plans
	executions Executions
	prefix     string
}

// New returns a handler. Prefix is what the ARNs of the Approve state machines
// have in common: all of them but the environment's name.
func New(store Store, planner Planner, plans Plans, executions Executions, prefix string) *Handler {
	return &Handler{store, planner, plans, executions, prefix}
}

// An Input is the question; token is answered once it is decided.
type Input struct {
	Deployment pipeline.DeploymentID `json:"deployment"`
	Plan       string                `json:"plan"`
	Token      string                `json:"token"`
}

// Handle records that the deployment waits for approval of the plan. When the plan
// has changed or needs no approval any more, it answers the token at once, so that
// the state machine plans anew.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	asked := false
	err := h.store.Change(ctx, pipeline.ProjectChain(in.Deployment.Project), func(ctx context.Context) (c pipeline.Change, err error) {
		c, asked, err = h.ask(ctx, in)
		return c, err
	})
	if err != nil || asked {
		return struct{}{}, err
	}
	return struct{}{}, h.executions.Succeed(ctx, in.Token, struct{}{})
}

func (h *Handler) ask(ctx context.Context, in Input) (c pipeline.Change, asked bool, err error) {
	d, err := h.store.Deployment(ctx, in.Deployment)
	if err != nil {
		return c, false, err
	}
	r, err := h.store.Release(ctx, d.ID.Project, d.ID.Release)
	if err != nil {
		return c, false, err
	}
	proposal, err := h.planner.Propose(ctx, d, r)
	if err != nil {
		return c, false, err
	}
	// What the steps would change stands as it was shown: AWS is not asked within a write.
	if proposal, err = h.plans.Previewed(ctx, proposal, in.Plan); err != nil {
		return c, false, err
	}
	v, waits := gate.First(proposal.Verdicts)
	if proposal.Hash != in.Plan || !waits || v.Policy == nil {
		return c, false, nil
	}
	question := pipeline.Asked{Quorum: v.Policy.Quorum, Groups: v.Policy.Groups, Excluded: v.Policy.Exclude}
	event, err := d.Ask(in.Plan, in.Token, question, Start(h.prefix, d.ID.Environment))
	if err != nil {
		return c, false, err
	}
	c = pipeline.Change{By: pipeline.System, Deployments: []pipeline.Deployment{d}}
	if event != nil {
		c.Events = []events.Event{event}
	}
	return c, true, nil
}

// Start tells an approver which state machine to start and where; prefix is what the
// ARNs of the Approve state machines have before the environment's name.
func Start(prefix, environment string) events.ApprovalStart {
	arn := prefix + environment
	start := events.ApprovalStart{StateMachine: arn}
	if parts := strings.Split(arn, ":"); len(parts) > 3 {
		region := parts[3]
		start.Console = "https://" + region + ".console.aws.amazon.com/states/home?region=" + url.QueryEscape(region) +
			"#/statemachines/view/" + url.QueryEscape(arn)
	}
	return start
}
