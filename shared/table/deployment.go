package table

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway/events"
	"slipway/shared/pipeline"
)

// putDeployment refuses to overwrite a terminal status, whatever the caller has read.
func putDeployment(d pipeline.Deployment) (put, error) {
	i, err := encode(deploymentKey(d.ID), d)
	return put{item: i,
		condition: "attribute_not_exists(pk) OR NOT #status IN (:succeeded, :failed, :cancelled, :rejected, :superseded)",
		names:     map[string]string{"#status": "status"},
		values: item{
			":succeeded": text(string(pipeline.StatusSucceeded)), ":failed": text(string(pipeline.StatusFailed)),
			":cancelled": text(string(pipeline.StatusCancelled)), ":rejected": text(string(pipeline.StatusRejected)),
			":superseded": text(string(pipeline.StatusSuperseded)),
		}}, err
}

// Deployment returns a deployment, or [pipeline.ErrNotFound].
func (t *Table) Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error) {
	var d pipeline.Deployment
	err := t.get(ctx, deploymentKey(id), &d, "deployment %s", id)
	return d, err
}

// DeploymentsOf returns all deployments of a release, by environment and attempt.
func (t *Table) DeploymentsOf(ctx context.Context, project string, release int) ([]pipeline.Deployment, error) {
	s := selection{pk: projectPartition(project), prefix: deploymentsPrefix(release)}
	return collect[pipeline.Deployment](t.query(ctx, s), 0)
}

// Deployments returns up to n deployments of a project, those requested last
// first, from below the given place in the project's chain (0: from the end), and
// the place from which to go on; 0 when there are no more.
func (t *Table) Deployments(ctx context.Context, project string, below, n int) (page []pipeline.Deployment, next int, err error) {
	entries, err := t.latest(ctx, pipeline.ProjectChain(project), events.DeploymentRequested{}.Type(), below, n)
	if err != nil {
		return nil, 0, err
	}
	for _, a := range entries {
		var requested events.DeploymentRequested
		if err := json.Unmarshal(a.Detail, &requested); err != nil {
			return nil, 0, fmt.Errorf("decode audit record %s/%d: %w", a.Chain, a.Sequence, err)
		}
		id, err := pipeline.ParseDeploymentID(requested.Deployment.Deployment)
		if err != nil {
			return nil, 0, err
		}
		d, err := t.Deployment(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		page = append(page, d)
	}
	if len(entries) == n {
		next = entries[n-1].Sequence
	}
	return page, next, nil
}

func putStep(s pipeline.StepRun) (put, error) {
	i, err := encode(stepKey(s.Execution, s.Step), s)
	return put{item: i}, err
}

// Step returns the latest attempt at a step of a deployment or a run, or [pipeline.ErrNotFound].
func (t *Table) Step(ctx context.Context, id pipeline.ExecutionID, step string) (pipeline.StepRun, error) {
	var s pipeline.StepRun
	err := t.get(ctx, stepKey(id, step), &s, "step %s of %s", step, id)
	s.Execution = id // items of older versions don't name it so
	return s, err
}

// Steps returns the latest attempts at all steps of a deployment or a run that have started, by name.
func (t *Table) Steps(ctx context.Context, id pipeline.ExecutionID) ([]pipeline.StepRun, error) {
	s := selection{pk: projectPartition(id.Project()), prefix: stepsPrefix(id)}
	all, err := collect[pipeline.StepRun](t.query(ctx, s), 0)
	for i := range all {
		all[i].Execution = id // see Step
	}
	return all, err
}
