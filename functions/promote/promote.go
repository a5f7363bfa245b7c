// Package promote moves releases through their lifecycles: it requests the
// deployments that are due.
package promote

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/gate"
	"slipway/shared/pipeline"
)

// Store is where releases and deployments are kept.
type Store interface {
	Release(ctx context.Context, project string, number int) (pipeline.Release, error)
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
	project, number, err := subject(e)
	if err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	err = h.store.Change(ctx, pipeline.ProjectChain(project), func(ctx context.Context) (pipeline.Change, error) {
		return h.due(ctx, project, number)
	})
	if err != nil {
		return struct{}{}, fmt.Errorf("promote release number %d of %s: %w", number, project, err)
	}
	return struct{}{}, nil
}

// subject returns the release that e is about.
func subject(e events.Raw) (project string, number int, err error) {
	switch e.DetailType {
	case events.ReleaseCreated{}.Type():
		var created events.ReleaseCreated
		err := json.Unmarshal(e.Detail, &created)
		return created.Project, created.Number, err
	case events.DeploymentSucceeded{}.Type():
		var succeeded events.DeploymentSucceeded
		if err := json.Unmarshal(e.Detail, &succeeded); err != nil {
			return "", 0, err
		}
		id, err := pipeline.ParseDeploymentID(succeeded.Deployment.Deployment)
		return id.Project, id.Release, err
	}
	return "", 0, fmt.Errorf("it promotes nothing: %w", pipeline.ErrInvalid)
}

func (h *Handler) due(ctx context.Context, project string, number int) (pipeline.Change, error) {
	r, err := h.store.Release(ctx, project, number)
	if err != nil {
		return pipeline.Change{}, err
	}
	s, err := h.situations.Situation(ctx, pipeline.Deployment{}, r)
	if err != nil {
		return pipeline.Change{}, err
	}
	change := pipeline.Change{By: pipeline.System}
	for _, environment := range s.Lifecycle.Due(s.Deployments) {
		d, requested := pipeline.NewDeployment(r, environment, 1, pipeline.System, h.now())
		change.Deployments = append(change.Deployments, d)
		change.Events = append(change.Events, requested)
	}
	return change, nil
}

// Request asks for a deployment of r to environment in the name of by. It returns
// [pipeline.ErrRefused], and requests nothing, while a gate is closed or an
// attempt is under way there.
func (h *Handler) Request(ctx context.Context, r pipeline.Release, environment, by string) (pipeline.Deployment, error) {
	var made pipeline.Deployment
	err := h.store.Change(ctx, pipeline.ProjectChain(r.Project), func(ctx context.Context) (pipeline.Change, error) {
		d, _ := pipeline.NewDeployment(r, environment, 1, by, h.now())
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
		var requested events.Event
		made, requested = pipeline.NewDeployment(r, environment, attempt, by, h.now())
		return pipeline.Change{By: by, Deployments: []pipeline.Deployment{made}, Events: []events.Event{requested}}, nil
	})
	return made, err
}
