package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"slipway/events"
)

//go:embed schemas/ecs.json
var ecsSchema string

// ecsService has a service of ECS run other images: it registers a copy of the task
// definition that the service has, with the images replaced, and updates the service.
//
// An attempt has one work, of the attempt's own name, and watches the ARN of its service:
// each end of a deployment of it leads to a check. What was there before and what the
// attempt has begun are in its journal.
type ecsService struct{}

// Name implements [Kind].
func (ecsService) Name() string { return "ecs" }

// Schema implements [Kind].
func (ecsService) Schema() []byte { return []byte(ecsSchema) }

// References implements [Kind].
func (ecsService) References(with json.RawMessage) (References, error) {
	p, problem := parseECS(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{
		Images:    slices.Compact(slices.Sorted(maps.Values(p.Images))),
		Templates: append([]Template{{Key: "cluster", Text: p.Cluster}, {Key: "service", Text: p.Service}}, p.Alarms.templates()...),
	}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Services implements [Privileged].
func (ecsService) Services() []string { return []string{"ecs"} }

// Permissions implements [Privileged]. A name under allow is cluster/service.
func (ecsService) Permissions() []Permission {
	return []Permission{
		{
			Actions:   []string{"ecs:DescribeServices", "ecs:UpdateService"},
			Resources: []string{"arn:{partition}:ecs:{region}:{account}:service/{name.1}/{name.2}"},
		},
		{
			Actions: []string{"ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"}, Resources: []string{"*"},
			Why: "the family of a service's task definition has any name, and describing one knows no resource",
		},
		{
			Actions: []string{"ecs:TagResource"}, Resources: []string{"arn:{partition}:ecs:{region}:{account}:task-definition/*"},
			Condition: map[string]map[string]string{"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
		},
		{
			Actions: []string{"iam:PassRole"}, Resources: []string{"arn:{partition}:iam::{account}:role/{role}"},
			Condition: map[string]map[string]string{"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
		},
	}
}

// Start implements [Kind].
func (ecsService) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	r, err := openECSRollout(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	if r.begun.Deployment == "" {
		if err := r.begin(ctx); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{Work: attemptName(w), Watch: []string{r.begun.Service}}, nil
}

// Works implements [Remote]: the ARN of the service of which a deployment has ended, per
// the "ECS Deployment State Change" event. It may be another deployment than the
// attempt's, which has replaced that.
func (ecsService) Works(e events.Raw) []string {
	if e.Source != "aws.ecs" || e.DetailType != "ECS Deployment State Change" || len(e.Resources) != 1 {
		return nil
	}
	var change struct {
		EventName string `json:"eventName"`
	}
	if err := json.Unmarshal(e.Detail, &change); err != nil {
		return nil // not of the form that ECS documents, and so of no deployment
	}
	if change.EventName != "SERVICE_DEPLOYMENT_COMPLETED" && change.EventName != "SERVICE_DEPLOYMENT_FAILED" {
		return nil
	}
	return e.Resources
}

// Check implements [Remote].
func (ecsService) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	r, err := openECSRollout(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	result, known, err := r.journal.concluded(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if !known {
		outputs, err := r.look(ctx, name)
		var failure *Failure
		if err != nil && !errors.As(err, &failure) || outputs == nil && err == nil {
			return Outcome{}, err
		}
		if result, err = r.journal.conclude(ctx, d.Now(), outputs, failure); err != nil {
			return Outcome{}, err
		}
	}
	if err := r.putBack(ctx, result); err != nil {
		return Outcome{}, err
	}
	if err := ended(ctx, d, w, "ecs", name); err != nil {
		return Outcome{}, err
	}
	return Outcome{Done: result.Status == Succeeded, Outputs: result.Outputs}, result.Err()
}

// Cancel implements [Remote]: the service goes back to the task definition before, and a
// check finds the attempt cancelled.
func (ecsService) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	r, err := openECSRollout(ctx, d, w)
	if err != nil {
		return err
	}
	result, err := r.journal.conclude(ctx, d.Now(), nil, permanent(ecsCancelled, "the step was cancelled, and service %s went back to task definition %s", r.p.Service, r.before.Definition))
	if err != nil || result.Status == Succeeded {
		return err
	}
	if err := r.putBack(ctx, result); err != nil {
		return err
	}
	return r.wake(ctx, name)
}
