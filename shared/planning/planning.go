// Package planning resolves what a deployment would do and what stands against it.
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
	"slipway/shared/step"
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
	now      func() time.Time
}

// New returns a planner that plans for the installation's platform.
func New(read Reader, p platform.Platform, now func() time.Time) *Planner {
	return &Planner{read, p, now}
}

// A Proposal is a plan with the gates' verdicts at one moment.
type Proposal struct {
	Plan     pipeline.Plan
	Hash     string
	Verdicts []gate.Verdict
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
	target, ok := p.platform.Environment(d.ID.Environment)
	if !ok {
		return Proposal{}, fmt.Errorf("environment %s of deployment %s is not in the platform file: %w", d.ID.Environment, d.ID, pipeline.ErrRefused)
	}
	plan := pipeline.Plan{Deployment: d.ID, Release: r.Version, Channel: r.Channel, Packages: r.Packages,
		Environment: pipeline.PlannedTarget{Name: target.Name, Account: target.Account, Region: target.Region, Role: target.Role},
		Variables:   variables(frozen, d.ID.Environment), Gates: gate.Requirements(situation)}
	if plan.Steps, err = steps(frozen, plan); err != nil {
		return Proposal{}, fmt.Errorf("plan %s: %w", d.ID, err)
	}
	hash, err := plan.Hash()
	if err != nil {
		return Proposal{}, err
	}
	return Proposal{plan, hash, gate.Judge(situation, hash)}, nil
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

// steps resolves the placeholders of every step of the project's process.
func steps(p pipeline.Project, plan pipeline.Plan) ([]pipeline.PlannedStep, error) {
	values := map[string]string{"project": plan.Deployment.Project, "environment": plan.Deployment.Environment, "release": plan.Release.String()}
	for _, v := range plan.Variables {
		values[v.Name] = v.Value
	}
	var all []pipeline.PlannedStep
	for _, s := range p.Process {
		kind, ok := step.Lookup(s.Kind)
		if !ok {
			return nil, fmt.Errorf("step %s: kind %q does not exist: %w", s.Name, s.Kind, pipeline.ErrInvalid)
		}
		with, err := step.Resolve(kind, s.With, values)
		if err != nil {
			return nil, fmt.Errorf("step %s: %w", s.Name, err)
		}
		all = append(all, pipeline.PlannedStep{Name: s.Name, Kind: s.Kind, With: with,
			TimeoutSeconds: int(s.Timeout / time.Second), Retry: s.Retry})
	}
	return all, nil
}
