package promote

import (
	"context"
	"errors"
	"fmt"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Canceller ends deployments early.
type Canceller interface {
	Cancel(ctx context.Context, id pipeline.ExecutionID, by, note string) error
}

// ReleaseReader finds releases by their versions.
type ReleaseReader interface {
	ReleaseOf(ctx context.Context, project string, v pipeline.Version) (pipeline.Release, error)
}

// Releases deploys releases on behalf of steps; it is [step.Releases]. A deployment
// that a step asks for is in the name of whoever asked for the step's own execution,
// so that nobody approves by way of a runbook what they may not approve otherwise.
type Releases struct {
	promoter  *Handler
	releases  ReleaseReader
	canceller Canceller
}

// NewReleases returns releases that promoter deploys.
func NewReleases(promoter *Handler, releases ReleaseReader, canceller Canceller) *Releases {
	return &Releases{promoter, releases, canceller}
}

// Deploy implements [step.Releases].
func (r *Releases) Deploy(ctx context.Context, w step.Work, project, version, environment string) (string, error) {
	v, err := pipeline.ParseVersion(version)
	if err != nil {
		return "", refusal(err)
	}
	release, err := r.releases.ReleaseOf(ctx, project, v)
	if err != nil {
		return "", refusal(err)
	}
	d, err := r.promoter.Request(ctx, release, environment, requester(w))
	return d.ID.String(), refusal(err)
}

// Rollback implements [step.Releases].
func (r *Releases) Rollback(ctx context.Context, w step.Work, project, environment string) (string, error) {
	d, err := r.promoter.Rollback(ctx, project, environment, requester(w))
	return d.ID.String(), refusal(err)
}

// requester returns in whose name w asks. What a schedule or a lifecycle has started
// asks in its own name: [pipeline.System] is for what gives way to newer releases.
func requester(w step.Work) pipeline.Requester {
	by := w.StartedBy
	if by == pipeline.System {
		by = w.Execution
	}
	return pipeline.Requester{By: by, Via: fmt.Sprintf("%s/%s/%d", w.Execution, w.Step, w.Attempt)}
}

// refusal turns what the domain refuses into the step's failure.
func refusal(err error) error {
	for _, permanent := range []error{pipeline.ErrInvalid, pipeline.ErrNotFound, pipeline.ErrRefused} {
		if errors.Is(err, permanent) {
			return &step.Failure{Name: "DeploymentRefused", Cause: pipeline.Message(err), Permanent: permanent != pipeline.ErrRefused}
		}
	}
	return err
}

// Deployment implements [step.Releases].
func (r *Releases) Deployment(ctx context.Context, id string) (step.Deployment, error) {
	parsed, err := pipeline.ParseDeploymentID(id)
	if err != nil {
		return step.Deployment{}, err
	}
	d, err := r.promoter.store.Deployment(ctx, parsed)
	return step.Deployment{Release: d.Version.String(), Status: string(d.Status), Ended: d.Status.Terminal(),
		Success: d.Status == pipeline.StatusSucceeded, Reason: d.Reason}, err
}

// Cancel implements [step.Releases].
func (r *Releases) Cancel(ctx context.Context, id string, w step.Work) error {
	parsed, err := pipeline.ParseExecutionID(id)
	if err != nil {
		return err
	}
	err = r.canceller.Cancel(ctx, parsed, w.StartedBy, fmt.Sprintf("%s, which asked for it, is being cancelled", w.Execution))
	if errors.Is(err, pipeline.ErrEnded) {
		return nil
	}
	return err
}
