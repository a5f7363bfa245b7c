package step_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"slipway/events"
	"slipway/shared/step"
)

const (
	ecsPrefix  = "arn:aws:ecs:eu-central-1:111122223333:"
	ecsService = ecsPrefix + "service/storefront/web"
	ecsWork    = "storefront_1_production_1/web/1"
)

// An ecsWorld is an environment with one service of ECS, web in the cluster storefront,
// which runs the task definition web:1.
type ecsWorld struct {
	*place
	service     types.Service
	definitions []*ecs.RegisterTaskDefinitionInput // web:1 and on
	updates     []*ecs.UpdateServiceInput
	deployments int
	fail        int // the number of the call that takes effect, and whose answer is lost
	began       time.Time
}

func newECSWorld(t *testing.T) *ecsWorld {
	p := newPlace(t)
	w := &ecsWorld{place: p, began: p.now, deployments: 1}
	w.definitions = []*ecs.RegisterTaskDefinitionInput{{
		Family: new("web"), Cpu: new("256"), Tags: []types.Tag{{Key: new("team"), Value: new("shop")}, {Key: new("aws:created"), Value: new("by")}},
		ContainerDefinitions: []types.ContainerDefinition{{Name: new("web"), Image: new("old"), Essential: new(true)}, {Name: new("log"), Image: new("log:1")}},
	}}
	w.service = types.Service{ServiceArn: new(ecsService), Status: new("ACTIVE"), TaskDefinition: new(definitionARN(1)), DesiredCount: 2,
		DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: new(int32(50)), Strategy: types.DeploymentStrategyRolling},
		Deployments:             []types.Deployment{deployment(1, types.DeploymentRolloutStateCompleted)}}
	p.answer = w.reply
	p.runner = step.New(step.Dependencies{Objects: p.objects, Accounts: p, Timers: p, WorkBucket: "work", Images: registry{},
		Now: func() time.Time { return p.now }})
	return w
}

func definitionARN(revision int) string {
	return fmt.Sprintf("%stask-definition/web:%d", ecsPrefix, revision)
}

func deployment(n int, state types.DeploymentRolloutState) types.Deployment {
	return types.Deployment{Id: new(fmt.Sprintf("ecs-svc/%d", n)), Status: new("PRIMARY"), RolloutState: state, DesiredCount: 2}
}

// attempt returns the first attempt at a step with further parameters.
func (w *ecsWorld) attempt(more string) step.Work {
	return step.Work{Execution: "storefront_1_production_1", Project: "storefront", Release: "1.4.0", Environment: "production", Step: "web", Attempt: 1,
		With:     []byte(`{"cluster": "storefront", "service": "web", "images": {"web": "api"}` + more + `}`),
		Packages: map[string]step.Artifact{"api": imageOf("7")}, Timeout: time.Hour}
}

// reply answers as ECS does.
func (w *ecsWorld) reply(request any) (any, error) {
	var answer any
	switch in := request.(type) {
	case *ecs.DescribeServicesInput:
		if *in.Cluster != "storefront" || in.Services[0] != "web" {
			return &ecs.DescribeServicesOutput{Failures: []types.Failure{{Reason: new("MISSING")}}}, nil
		}
		answer = &ecs.DescribeServicesOutput{Services: []types.Service{w.service}}
	case *ecs.DescribeTaskDefinitionInput:
		answer = w.describe(*in.TaskDefinition)
	case *ecs.RegisterTaskDefinitionInput:
		w.definitions = append(w.definitions, in)
		answer = &ecs.RegisterTaskDefinitionOutput{TaskDefinition: &types.TaskDefinition{TaskDefinitionArn: new(definitionARN(len(w.definitions)))}}
	case *ecs.UpdateServiceInput:
		answer = w.update(in)
	default:
		return nil, fmt.Errorf("unexpected request %T", request)
	}
	if w.fail--; w.fail == 0 {
		return nil, errors.New("the answer is lost")
	}
	return answer, nil
}

// describe returns a task definition by its ARN, or the latest.
func (w *ecsWorld) describe(name string) *ecs.DescribeTaskDefinitionOutput {
	n := len(w.definitions)
	for i := range w.definitions {
		if name == definitionARN(i+1) {
			n = i + 1
		}
	}
	d := w.definitions[n-1]
	return &ecs.DescribeTaskDefinitionOutput{Tags: d.Tags, TaskDefinition: &types.TaskDefinition{
		Family: d.Family, TaskDefinitionArn: new(definitionARN(n)), ContainerDefinitions: slices.Clone(d.ContainerDefinitions), Cpu: d.Cpu}}
}

// update begins a deployment if that changes the task definition or is forced.
func (w *ecsWorld) update(in *ecs.UpdateServiceInput) *ecs.UpdateServiceOutput {
	w.updates = append(w.updates, in)
	if *in.TaskDefinition != *w.service.TaskDefinition || in.ForceNewDeployment {
		w.deployments++
		for i := range w.service.Deployments {
			w.service.Deployments[i].Status = new("ACTIVE")
		}
		w.service.Deployments = append([]types.Deployment{deployment(w.deployments, types.DeploymentRolloutStateInProgress)}, w.service.Deployments...)
	}
	w.service.TaskDefinition = in.TaskDefinition
	s := w.service
	s.Deployments = slices.Clone(s.Deployments)
	return &ecs.UpdateServiceOutput{Service: &s}
}

// become has the latest deployment end, and returns what comes of its event.
func (w *ecsWorld) become(state types.DeploymentRolloutState, reason string) []string {
	w.t.Helper()
	w.service.Deployments[0].RolloutState, w.service.Deployments[0].RolloutStateReason = state, &reason
	return w.tell("SERVICE_DEPLOYMENT_" + strings.TrimSuffix(string(state), "_"))
}

// tell returns what comes of an event of the service.
func (w *ecsWorld) tell(name string) []string {
	w.t.Helper()
	reports, err := w.runner.Resume(w.t.Context(), events.Raw{Source: "aws.ecs", DetailType: "ECS Deployment State Change", Resources: []string{ecsService},
		Detail: fmt.Appendf(nil, `{"eventType": "INFO", "eventName": %q, "deploymentId": "ecs-svc/%d", "reason": "as ECS says"}`, name, w.deployments)})
	if err != nil {
		w.t.Fatal(err)
	}
	var ends []string
	for _, r := range reports {
		if r.Err != nil {
			ends = append(ends, r.Err.Error())
			continue
		}
		ends = append(ends, fmt.Sprint("done ", r.Outcome.Outputs))
	}
	return ends
}

// runs returns the images of the service's task definition and how many tasks it is to have.
func (w *ecsWorld) runs() string {
	d := w.describe(aws.ToString(w.service.TaskDefinition)).TaskDefinition
	return fmt.Sprintf("%s %s", aws.ToString(d.ContainerDefinitions[0].Image), aws.ToString(d.ContainerDefinitions[1].Image))
}
