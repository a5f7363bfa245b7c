// Package promote moves releases through their lifecycles: it requests the
// deployments that are due.
package promote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"slipway/events"
	"slipway/shared/gate"
	"slipway/shared/pipeline"
)

// Store is where releases and deployments are kept.
type Store interface {
	Release(ctx context.Context, project string, number int) (pipeline.Release, error)
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Environment(ctx context.Context, project, name string) (pipeline.Environment, error)
	Occasion(ctx context.Context, project, runbook, environment, key string) (pipeline.Occasion, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Situations tells what gates judge a deployment by.
type Situations interface {
	Situation(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (gate.Situation, error)
}

// A Handler promotes releases.
type Handler struct {
	store      Store
	situations Situations
	now        func() time.Time
}

// New returns a handler.
func New(store Store, situations Situations, now func() time.Time) *Handler {
	return &Handler{store, situations, now}
}

// Handle requests, for the release that was created or deployed, the deployments
// that its lifecycle makes without being asked. What was requested before is not
// requested again, however often the event comes.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	cause, err := subject(e)
	if err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	err = h.store.Change(ctx, pipeline.ProjectChain(cause.Project), func(ctx context.Context) (pipeline.Change, error) {
		return h.due(ctx, cause)
	})
	if err != nil {
		return struct{}{}, fmt.Errorf("promote release number %d of %s: %w", cause.Release, cause.Project, err)
	}
	return struct{}{}, nil
}

// subject returns the deployment that has succeeded, or, without environment and
// attempt, the release that was created.
func subject(e events.Raw) (cause pipeline.DeploymentID, err error) {
	switch e.DetailType {
	case events.ReleaseCreated{}.Type():
		var created events.ReleaseCreated
		err := json.Unmarshal(e.Detail, &created)
		return pipeline.DeploymentID{Project: created.Project, Release: created.Number}, err
	case events.DeploymentSucceeded{}.Type():
		var succeeded events.DeploymentSucceeded
		if err := json.Unmarshal(e.Detail, &succeeded); err != nil {
			return cause, err
		}
		return pipeline.ParseDeploymentID(succeeded.Deployment.Deployment)
	}
	return cause, fmt.Errorf("it promotes nothing: %w", pipeline.ErrInvalid)
}

// due requests what the lifecycle asks for by now. A rollback leads nowhere: what it
// goes back to has been promoted as far as it was to be.
func (h *Handler) due(ctx context.Context, cause pipeline.DeploymentID) (pipeline.Change, error) {
	r, err := h.store.Release(ctx, cause.Project, cause.Release)
	if err != nil {
		return pipeline.Change{}, err
	}
	s, err := h.situations.Situation(ctx, pipeline.Deployment{}, r)
	if err != nil {
		return pipeline.Change{}, err
	}
	if slices.ContainsFunc(s.Deployments, func(d pipeline.Deployment) bool { return d.ID == cause && d.Rollback != nil }) {
		return pipeline.Change{}, nil
	}
	change := pipeline.Change{By: pipeline.System}
	for _, environment := range s.Lifecycle.Due(s.Deployments) {
		d, requested := pipeline.NewDeployment(r, environment, 1, pipeline.Requester{By: pipeline.System}, h.now())
		change.Deployments = append(change.Deployments, d)
		change.Events = append(change.Events, requested)
	}
	return change, nil
}

// Request asks for a deployment of r to environment. It returns
// [pipeline.ErrRefused], and requests nothing, while a gate is closed or an
// attempt is under way there.
func (h *Handler) Request(ctx context.Context, r pipeline.Release, environment string, by pipeline.Requester) (pipeline.Deployment, error) {
	return h.once(ctx, r.Project, environment, by, func(ctx context.Context) (c pipeline.Change, err error) {
		return h.request(ctx, r, environment, func(attempt int) (pipeline.Deployment, events.Event) {
			return pipeline.NewDeployment(r, environment, attempt, by, h.now())
		})
	})
}

// once makes the change that requests one deployment, and returns it; the one that was
// requested before by the same way, if by one.
func (h *Handler) once(ctx context.Context, project, environment string, by pipeline.Requester, request func(context.Context) (pipeline.Change, error)) (made pipeline.Deployment, err error) {
	err = h.store.Change(ctx, pipeline.ProjectChain(project), func(ctx context.Context) (pipeline.Change, error) {
		if by.Via != "" {
			before, err := h.store.Occasion(ctx, project, "", environment, by.Via)
			if err == nil {
				made, err = h.store.Deployment(ctx, before.Deployment)
				return pipeline.Change{}, err
			}
			if !errors.Is(err, pipeline.ErrNotFound) {
				return pipeline.Change{}, err
			}
		}
		c, err := request(ctx)
		if err != nil {
			return pipeline.Change{}, err
		}
		c.By, made = by.By, c.Deployments[0]
		if by.Via != "" {
			c.Occasions = []pipeline.Occasion{{Project: project, Environment: environment, Key: by.Via, Deployment: made.ID}}
		}
		return c, nil
	})
	return made, err
}

// request returns the change that requests the next attempt to deploy r, as make makes it.
func (h *Handler) request(ctx context.Context, r pipeline.Release, environment string,
	make func(attempt int) (pipeline.Deployment, events.Event)) (pipeline.Change, error) {
	d, _ := make(1)
	s, err := h.situations.Situation(ctx, d, r)
	if err != nil {
		return pipeline.Change{}, err
	}
	attempt, active := pipeline.NextAttempt(s.Deployments, environment)
	if active != nil {
		return pipeline.Change{}, fmt.Errorf("release %s of %s: deployment %s to %s is %s already; wait for its end: %w",
			r.Version, r.Project, active.ID, environment, active.Status, pipeline.ErrRefused)
	}
	if attempt > pipeline.MaxAttempts {
		return pipeline.Change{}, fmt.Errorf("release %s of %s was deployed to %s %d times, which is the most; make a new release: %w",
			r.Version, r.Project, environment, pipeline.MaxAttempts, pipeline.ErrRefused)
	}
	for _, v := range gate.Judge(s, "") {
		if v.State == gate.Closed {
			return pipeline.Change{}, fmt.Errorf("release %s of %s may not enter %s: the %s gate requires that %s; %s: %w",
				r.Version, r.Project, environment, v.Gate, v.Requires, v.Reason, pipeline.ErrRefused)
		}
	}
	d, requested := make(attempt)
	return pipeline.Change{Deployments: []pipeline.Deployment{d}, Events: []events.Event{requested}}, nil
}
