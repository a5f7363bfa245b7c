package step

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// An ecsRollout is one attempt to have a service run other images.
type ecsRollout struct {
	d       Dependencies
	w       Work
	p       ecsParameters
	client  *ecs.Client
	journal journal
	before  ecsBefore // once looked at
	begun   ecsBegun  // once begun
}

// An ecsBefore is what an attempt finds.
type ecsBefore struct {
	At           time.Time `json:"at"`
	Definition   string    `json:"definition"` // ARN of the service's task definition
	DesiredCount int32     `json:"desiredCount"`
}

// An ecsBegun is what an attempt has begun.
type ecsBegun struct {
	Service    string `json:"service"`    // ARN
	Deployment string `json:"deployment"` // id, such as ecs-svc/1234567890123456789
	Definition string `json:"definition"` // ARN of the task definition that is deployed
}

// begunEntry is the name of the journal's entry of an ecsBegun; that of an ecsBefore is
// [beforeEntry], and [backEntry] that of the time at which the service had gone back.
const begunEntry = "begun"

// openECSRollout returns the attempt w, as far as it is begun. The error is a permanent
// [*Failure] when the parameters can't be used.
func openECSRollout(ctx context.Context, d Dependencies, w Work) (*ecsRollout, error) {
	p, problem := parseECS(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem != nil {
		return nil, problem.failure()
	}
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return nil, err
	}
	r := &ecsRollout{d: d, w: w, p: p, client: ecs.NewFromConfig(c), journal: journalOf(d, w)}
	if r.before, _, err = entered[ecsBefore](ctx, r.journal, beforeEntry); err != nil {
		return nil, err
	}
	r.begun, _, err = entered[ecsBegun](ctx, r.journal, begunEntry)
	return r, err
}

// begin registers the task definition and updates the service. Done again after it was
// cut off, it finds what it has registered, and ECS begins no deployment for an update
// that changes nothing.
func (r *ecsRollout) begin(ctx context.Context) error {
	s, err := r.service(ctx)
	if err != nil {
		return err
	}
	if r.before, err = enter(ctx, r.journal, beforeEntry,
		ecsBefore{At: r.d.Now().UTC(), Definition: aws.ToString(s.TaskDefinition), DesiredCount: s.DesiredCount}); err != nil {
		return err
	}
	definition, err := r.define(ctx)
	if err != nil {
		return err
	}
	updated, err := r.client.UpdateService(ctx, r.p.update(s, definition))
	if err != nil {
		return r.failed("ecs:UpdateService", err)
	}
	primary := slices.IndexFunc(updated.Service.Deployments, isPrimary)
	if primary < 0 {
		return fmt.Errorf("update service %s: the answer names no deployment", r.p.Service)
	}
	deployment := aws.ToString(updated.Service.Deployments[primary].Id)
	fmt.Fprintf(r.w.Log, "deployment %s of service %s brings task definition %s in place of %s\n", deployment, r.p.Service, definition, r.before.Definition)
	r.begun, err = enter(ctx, r.journal, begunEntry, ecsBegun{Service: aws.ToString(updated.Service.ServiceArn), Deployment: deployment, Definition: definition})
	return err
}

func isPrimary(d types.Deployment) bool { return aws.ToString(d.Status) == "PRIMARY" }

// The names of failures after which the service goes back to what was before. When ECS
// itself has given a deployment up, it goes back, too, if it is told so.
const (
	ecsCancelled = "Cancelled"
	ecsTimedOut  = "TimedOut"
)

// ecsFailed names the failure of a deployment that ECS has given up.
const ecsFailed = "DeploymentFailed"

// look returns the outputs of the attempt when its deployment has completed, nil when
// that goes on, and a [*Failure] when it has failed.
func (r *ecsRollout) look(ctx context.Context, name string) (outputs map[string]string, err error) {
	s, err := r.service(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.Deployments, func(d types.Deployment) bool { return aws.ToString(d.Id) == r.begun.Deployment })
	if i < 0 {
		return nil, r.missed(ctx, s, name)
	}
	found := s.Deployments[i]
	switch {
	case found.RolloutState == types.DeploymentRolloutStateCompleted:
		fmt.Fprintf(r.w.Log, "deployment %s is completed: %d tasks run\n", r.begun.Deployment, found.RunningCount)
		return map[string]string{"task-definition": r.begun.Definition, "deployment-id": r.begun.Deployment, "previous-task-definition": r.before.Definition}, nil
	case found.RolloutState == types.DeploymentRolloutStateFailed:
		return nil, transient(ecsFailed, "deployment %s of service %s failed: %s", r.begun.Deployment, r.p.Service, aws.ToString(found.RolloutStateReason))
	case !isPrimary(found):
		return nil, r.gone(s)
	}
	over, err := overdue(ctx, r.d, r.w, "ecs", name, r.before.At)
	if over {
		err = transient(ecsTimedOut, "deployment %s of service %s was not completed within %s: %d of %d tasks run; service %s goes back to task definition %s",
			r.begun.Deployment, r.p.Service, r.w.Timeout, found.RunningCount, found.DesiredCount, r.p.Service, r.before.Definition)
	}
	return nil, err
}

// putBack has the service go back to what was before, if that is due after such a result
// and nobody else has updated the service since. It does so once: afterwards whoever
// updates the service, to what it was updated to here too, means it.
func (r *ecsRollout) putBack(ctx context.Context, result Result) error {
	if result.Error != ecsCancelled && result.Error != ecsTimedOut || r.begun.Definition == r.before.Definition {
		return nil
	}
	_, done, err := entered[time.Time](ctx, r.journal, backEntry)
	if err != nil || done {
		return err
	}
	if err := r.takeBack(ctx); err != nil {
		return err
	}
	_, err = enter(ctx, r.journal, backEntry, r.d.Now().UTC())
	return err
}

// takeBack updates the service to what was before, if it has what this attempt has begun.
func (r *ecsRollout) takeBack(ctx context.Context) error {
	s, err := r.service(ctx)
	if err != nil || aws.ToString(s.TaskDefinition) != r.begun.Definition {
		return err
	}
	in := &ecs.UpdateServiceInput{Cluster: &r.p.Cluster, Service: &r.p.Service, TaskDefinition: &r.before.Definition}
	if r.p.DesiredCount != nil {
		in.DesiredCount = &r.before.DesiredCount
	}
	if _, err := r.client.UpdateService(ctx, in); err != nil {
		return r.failed("ecs:UpdateService", err)
	}
	fmt.Fprintf(r.w.Log, "service %s goes back to task definition %s\n", r.p.Service, r.before.Definition)
	return nil
}

// wake asks for a check at once.
func (r *ecsRollout) wake(ctx context.Context, name string) error {
	if err := r.d.Timers.Set(ctx, "ecs", name, r.d.Now()); err != nil {
		return fmt.Errorf("set timer of step %s of %s: %w", r.w.Step, r.w.Execution, err)
	}
	return nil
}

// failed returns what err, which came of that action, means for the attempt.
func (r *ecsRollout) failed(action string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException":
			return r.noService(api.ErrorMessage())
		case "InvalidParameterException", "PlatformTaskDefinitionIncompatibilityException", "PlatformUnknownException", "UnsupportedFeatureException":
			return permanent("Refused", "ECS refuses %s for service %s: %s", action, r.p.Service, api.ErrorMessage())
		case "ClientException":
			if strings.Contains(api.ErrorMessage(), "concurrent") { // two registrations in the family at a time
				break
			}
			return transient("Refused", "ECS refuses %s for service %s: %s", action, r.p.Service, api.ErrorMessage())
		}
	}
	return callError(err, "ecs", r.w, fmt.Sprintf("%s for service %s", action, r.p.Service))
}

// noService is the failure of a service that isn't there.
func (r *ecsRollout) noService(why string) *Failure {
	return permanent("NoSuchService", "cluster %s has no active service %s in environment %s (%s); create it there, or correct the names", r.p.Cluster, r.p.Service, r.w.Environment, why)
}
