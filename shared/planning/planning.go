// Package planning resolves what deployments and runs would do and what stands against it.
package planning

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/project"
)

// A Reader reads what plans are made of.
type Reader interface {
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Document(ctx context.Context, project, digest string) ([]byte, error)
	DeploymentsOf(ctx context.Context, project string, release int) ([]pipeline.Deployment, error)
}

// A Planner makes plans.
type Planner struct {
	read     Reader
	platform platform.Platform
	runnable []string
	now      func() time.Time
}

// New returns a planner that plans for the installation's platform. Runnable are the
// step kinds that act on AWS and that the installation has the services for; nil stands
// for all, as on AWS.
func New(read Reader, p platform.Platform, runnable []string, now func() time.Time) *Planner {
	return &Planner{read, p, runnable, now}
}

// A Proposal is a plan with the gates' verdicts at one moment.
type Proposal struct {
	Plan      pipeline.Plan
	Hash      string
	Verdicts  []gate.Verdict
	situation gate.Situation // that the verdicts are on
}

// InForce returns the project file that a project has now.
func (p *Planner) InForce(ctx context.Context, name string) (pipeline.Project, error) {
	record, err := p.read.Project(ctx, name)
	if err != nil {
		return pipeline.Project{}, err
	}
	return p.parse(ctx, name, record.Document)
}

func (p *Planner) parse(ctx context.Context, name, digest string) (pipeline.Project, error) {
	source, err := p.read.Document(ctx, name, digest)
	if err != nil {
		return pipeline.Project{}, err
	}
	d, err := project.Parse(source)
	if err != nil {
		return pipeline.Project{}, fmt.Errorf("project file %s of %s: %w", digest, name, err)
	}
	return d.Project, nil
}

// Situation returns what the gates judge d, a deployment of r, by. The lifecycle
// is the one in force now; a channel that is gone has one without phases.
func (p *Planner) Situation(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (gate.Situation, error) {
	inForce, err := p.InForce(ctx, r.Project)
	if err != nil {
		return gate.Situation{}, err
	}
	deployments, err := p.read.DeploymentsOf(ctx, r.Project, r.Number)
	if err != nil {
		return gate.Situation{}, fmt.Errorf("read deployments of %s %s: %w", r.Project, r.Version, err)
	}
	lifecycle, _ := inForce.Lifecycle(r.Channel)
	return gate.Situation{Deployment: d, Release: r, Lifecycle: lifecycle, Deployments: deployments, Now: p.now()}, nil
}

// Propose returns the plan of d, a deployment of r, and what the gates say of it.
// It returns [pipeline.ErrRefused] when the platform has no such environment.
func (p *Planner) Propose(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (Proposal, error) {
	situation, err := p.Situation(ctx, d, r)
	if err != nil {
		return Proposal{}, err
	}
	frozen, err := p.parse(ctx, r.Project, r.Document)
	if err != nil {
		return Proposal{}, err
	}
	target, err := p.target(d.ID.Environment)
	if err != nil {
		return Proposal{}, fmt.Errorf("plan %s: %w", d.ID, err)
	}
	plan := pipeline.Plan{Deployment: d.ID, Release: r.Version, Channel: r.Channel, Packages: r.Packages, Environment: target,
		Variables: variables(frozen, d.ID.Environment), Gates: gate.Requirements(situation)}
	if plan.Steps, err = p.steps(frozen.Process, plan); err != nil {
		return Proposal{}, fmt.Errorf("plan %s: %w", d.ID, err)
	}
	hash, err := plan.Hash()
	if err != nil {
		return Proposal{}, err
	}
	return Proposal{plan, hash, gate.Judge(situation, hash), situation}, nil
}

// variables resolves every variable of the project in environment, sorted by name.
func variables(p pipeline.Project, environment string) []pipeline.PlannedVariable {
	all := make([]pipeline.PlannedVariable, len(p.Variables))
	for i, v := range p.Variables {
		value, scope := v.Resolve(environment)
		all[i] = pipeline.PlannedVariable{Name: v.Name, Value: value, Scope: scope}
	}
	slices.SortFunc(all, func(a, b pipeline.PlannedVariable) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// target returns where an environment is, or [pipeline.ErrRefused] when the platform
// file no longer has it.
func (p *Planner) target(environment string) (pipeline.PlannedTarget, error) {
	e, ok := p.platform.Environment(environment)
	if !ok {
		return pipeline.PlannedTarget{}, fmt.Errorf("environment %s is not in the platform file: %w", environment, pipeline.ErrRefused)
	}
	return pipeline.PlannedTarget{Name: e.Name, Account: e.Account, Region: e.Region, Role: e.Role, Endpoint: e.Endpoint}, nil
}
