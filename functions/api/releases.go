package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
)

// A ReleaseList is a page of releases, newest first.
type ReleaseList struct {
	Releases []pipeline.Release `json:"releases"`
	Cursor   string             `json:"cursor"`
}

func (a *API) listReleases(r *http.Request) (any, error) {
	n, below, err := listed(r)
	if err != nil {
		return nil, err
	}
	if _, err := a.Store.Project(r.Context(), r.PathValue("project")); err != nil {
		return nil, err
	}
	releases, err := a.Store.Releases(r.Context(), r.PathValue("project"), below, n)
	if err != nil {
		return nil, err
	}
	list := ReleaseList{Releases: append([]pipeline.Release{}, releases...)}
	if len(releases) == n {
		list.Cursor = strconv.Itoa(releases[n-1].Number)
	}
	return list, nil
}

// A ReleaseReport is a release with its deployments.
type ReleaseReport struct {
	pipeline.Release
	Deployments []Deployment `json:"deployments"`
}

func (a *API) release(r *http.Request) (pipeline.Release, error) {
	v, err := pipeline.ParseVersion(r.PathValue("version"))
	if err != nil {
		return pipeline.Release{}, err
	}
	return a.Store.ReleaseOf(r.Context(), r.PathValue("project"), v)
}

func (a *API) showRelease(r *http.Request) (any, error) {
	release, err := a.release(r)
	if err != nil {
		return nil, err
	}
	deployments, err := a.Store.DeploymentsOf(r.Context(), release.Project, release.Number)
	if err != nil {
		return nil, err
	}
	return ReleaseReport{release, report(deployments)}, nil
}

// A PlanReport is what a deployment would do and what stands against it.
type PlanReport struct {
	Hash     string         `json:"hash"`
	Plan     pipeline.Plan  `json:"plan"`
	Verdicts []gate.Verdict `json:"verdicts"`
}

// plan plans the attempt that is under way or, if none is, the next one, without
// asking for it.
func (a *API) plan(r *http.Request) (any, error) {
	release, err := a.release(r)
	if err != nil {
		return nil, err
	}
	deployments, err := a.Store.DeploymentsOf(r.Context(), release.Project, release.Number)
	if err != nil {
		return nil, err
	}
	environment := r.PathValue("environment")
	attempt, active := pipeline.NextAttempt(deployments, environment)
	d, _ := pipeline.NewDeployment(release, environment, attempt, pipeline.Requester{By: ""}, a.Now())
	if active != nil {
		d = *active
	}
	proposal, err := a.Planner.Propose(r.Context(), d, release)
	if err != nil {
		return nil, err
	}
	if proposal, err = a.Plans.Previewed(r.Context(), proposal, d.Plan); err != nil {
		return nil, err
	}
	return PlanReport{proposal.Hash, proposal.Plan, proposal.Verdicts}, nil
}

// A PromoteRequest asks for a deployment.
type PromoteRequest struct {
	Release     pipeline.Version `json:"release"`
	Environment string           `json:"environment"`
}

func (a *API) promote(r *http.Request) (any, error) {
	by, err := caller(r)
	if err != nil {
		return nil, err
	}
	var in PromoteRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if err := a.checkEnvironment(in.Environment); err != nil {
		return nil, err
	}
	release, err := a.Store.ReleaseOf(r.Context(), r.PathValue("project"), in.Release)
	if err != nil {
		return nil, err
	}
	d, err := a.Promoter.Request(r.Context(), release, in.Environment, pipeline.Requester{By: by})
	if err != nil {
		return nil, err
	}
	return reportOne(d), nil
}

// checkEnvironment returns [pipeline.ErrInvalid] when the platform has no such environment.
func (a *API) checkEnvironment(name string) error {
	if _, ok := a.Platform.Environment(name); !ok {
		return fmt.Errorf("environment %q is not in the platform file; it has %q: %w", name, a.Platform.EnvironmentNames(), pipeline.ErrInvalid)
	}
	return nil
}

// Status is where a project stands in all its environments.
type Status struct {
	Project      string              `json:"project"`
	Environments []EnvironmentStatus `json:"environments"`
}

// An EnvironmentStatus is where a project stands in one environment: what was
// deployed last with success, or, if nothing was, what is being deployed.
type EnvironmentStatus struct {
	Environment string  `json:"environment"`
	Release     string  `json:"release"`
	Deployment  string  `json:"deployment"`
	Status      string  `json:"status"`
	FinishedAt  *string `json:"finishedAt"`
	Next        *Next   `json:"next"`
}

// Next is the newest release that is on its way into an environment.
type Next struct {
	Release   string   `json:"release"`
	BlockedBy []string `json:"blockedBy"`
}

func (a *API) status(r *http.Request) (any, error) {
	name := r.PathValue("project")
	inForce, err := a.Planner.InForce(r.Context(), name)
	if err != nil {
		return nil, err
	}
	newest, err := a.Store.Releases(r.Context(), name, 0, 1)
	if err != nil {
		return nil, err
	}
	status := Status{Project: name, Environments: []EnvironmentStatus{}}
	for _, environment := range inForce.Environments() {
		e, err := a.Store.Environment(r.Context(), name, environment)
		if err != nil {
			return nil, err
		}
		s, err := a.current(r, e)
		if err != nil {
			return nil, err
		}
		for _, release := range newest {
			if s.Next, err = a.next(r, e, release); err != nil {
				return nil, err
			}
		}
		status.Environments = append(status.Environments, s)
	}
	return status, nil
}

// current tells what is in e.
func (a *API) current(r *http.Request, e pipeline.Environment) (EnvironmentStatus, error) {
	s := EnvironmentStatus{Environment: e.Name}
	id := e.Holder
	if e.Current != nil {
		id = e.Current.Deployment
	}
	if id == (pipeline.DeploymentID{}) {
		return s, nil
	}
	d, err := a.Store.Deployment(r.Context(), id)
	if err != nil {
		return s, err
	}
	s.Release, s.Deployment, s.Status, s.FinishedAt = d.Version.String(), d.ID.String(), string(d.Status), moment(d.FinishedAt)
	return s, nil
}

// next tells what stands against release in e, unless that or a newer one is there.
func (a *API) next(r *http.Request, e pipeline.Environment, release pipeline.Release) (*Next, error) {
	if !e.Newer(release) {
		return nil, nil
	}
	deployments, err := a.Store.DeploymentsOf(r.Context(), release.Project, release.Number)
	if err != nil {
		return nil, err
	}
	attempt, active := pipeline.NextAttempt(deployments, e.Name)
	d, _ := pipeline.NewDeployment(release, e.Name, attempt, pipeline.Requester{By: ""}, a.Now())
	if active != nil {
		d = *active
	}
	next := &Next{Release: release.Version.String(), BlockedBy: []string{}}
	s, err := a.Planner.Situation(r.Context(), d, release)
	if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
		return nil, err
	}
	if s.Lifecycle.Position(e.Name) < 0 {
		return nil, nil // the release takes another way
	}
	for _, v := range gate.Judge(s, d.Plan) {
		if v.State != gate.Open {
			next.BlockedBy = append(next.BlockedBy, fmt.Sprintf("%s: %s; %s", v.Gate, v.Requires, v.Reason))
		}
	}
	switch {
	case active == nil && attempt > 1:
		next.BlockedBy = append(next.BlockedBy, "the last attempt did not succeed: promote it again")
	case active == nil && len(next.BlockedBy) == 0:
		next.BlockedBy = append(next.BlockedBy, "nobody has promoted it")
	case active != nil && active.Status == pipeline.StatusQueued:
		next.BlockedBy = append(next.BlockedBy, fmt.Sprintf("deployment %s has the environment", e.Holder))
	}
	return next, nil
}
