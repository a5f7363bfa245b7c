package step

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// service describes the service. The error is a permanent [*Failure] when it isn't there
// or is of a sort that the kind can't follow.
func (r *ecsRollout) service(ctx context.Context) (types.Service, error) {
	found, err := r.client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &r.p.Cluster, Services: []string{r.p.Service}})
	if err != nil {
		return types.Service{}, r.failed("ecs:DescribeServices", err)
	}
	if len(found.Services) != 1 {
		why := "MISSING"
		if len(found.Failures) > 0 {
			why = aws.ToString(found.Failures[0].Reason)
		}
		return types.Service{}, r.noService(why)
	}
	s := found.Services[0]
	if status := aws.ToString(s.Status); status != "ACTIVE" {
		return types.Service{}, r.noService(status)
	}
	if unfit := unfitService(s); unfit != "" {
		return types.Service{}, permanent("UnsupportedService", "service %s %s; the step does rolling updates, which ECS itself controls", r.p.Service, unfit)
	}
	return s, nil
}

// unfitService says what keeps s from being updated and followed, or "". ECS tells the
// state of a rollout for rolling updates only that are behind no Classic Load Balancer,
// per the Deployment reference.
func unfitService(s types.Service) string {
	if c := s.DeploymentController; c != nil && c.Type != "" && c.Type != types.DeploymentControllerTypeEcs {
		return fmt.Sprintf("has the deployment controller %s", c.Type)
	}
	if c := s.DeploymentConfiguration; c != nil && c.Strategy != "" && c.Strategy != types.DeploymentStrategyRolling {
		return fmt.Sprintf("has the deployment strategy %s", c.Strategy)
	}
	if slices.ContainsFunc(s.LoadBalancers, func(b types.LoadBalancer) bool { return b.LoadBalancerName != nil }) {
		return "is behind a Classic Load Balancer"
	}
	return ""
}

// missed returns the failure of a deployment that s doesn't have. It is nil while it may
// still become known: what ECS describes is eventually consistent.
func (r *ecsRollout) missed(ctx context.Context, s types.Service, name string) error {
	failure := r.gone(s)
	if failure.Name == ecsFailed {
		return failure
	}
	soon, err := unheardWork(ctx, r.d, r.w, "ecs", name)
	if err != nil || soon {
		return err
	}
	return failure
}

// gone returns the failure of a deployment that s has no more, or that isn't its primary
// one any more: ECS has given it up and gone back, or somebody else has updated the service.
func (r *ecsRollout) gone(s types.Service) *Failure {
	for _, e := range s.Events { // the latest first
		if message := aws.ToString(e.Message); strings.Contains(message, r.begun.Deployment) && strings.Contains(message, "failed") {
			return transient(ecsFailed, "deployment %s of service %s failed: %s", r.begun.Deployment, r.p.Service, message)
		}
	}
	return transient("DeploymentReplaced", "deployment %s of service %s was replaced by another before it was completed; let one deployment at a time update the service",
		r.begun.Deployment, r.p.Service)
}

// update asks for the task definition, and for what else the parameters say of s. The
// rest of how s is deployed stays as it is.
func (p ecsParameters) update(s types.Service, definition string) *ecs.UpdateServiceInput {
	var c types.DeploymentConfiguration
	if s.DeploymentConfiguration != nil {
		c = *s.DeploymentConfiguration
	}
	var breaker types.DeploymentCircuitBreaker
	if c.DeploymentCircuitBreaker != nil {
		breaker = *c.DeploymentCircuitBreaker
	}
	breaker.Enable, breaker.Rollback = p.CircuitBreaker, p.CircuitBreaker
	c.DeploymentCircuitBreaker = &breaker
	if len(p.Alarms) > 0 {
		c.Alarms = &types.DeploymentAlarms{AlarmNames: p.Alarms, Enable: true, Rollback: true}
	}
	return &ecs.UpdateServiceInput{
		Cluster: &p.Cluster, Service: &p.Service, TaskDefinition: &definition, DesiredCount: p.DesiredCount, DeploymentConfiguration: &c,
		ForceNewDeployment: stuck(s, definition),
	}
}

// stuck tells whether s has the task definition, by a deployment that has failed: without
// being forced, ECS would not try it again.
func stuck(s types.Service, definition string) bool {
	i := slices.IndexFunc(s.Deployments, isPrimary)
	return aws.ToString(s.TaskDefinition) == definition && i >= 0 && s.Deployments[i].RolloutState == types.DeploymentRolloutStateFailed
}
