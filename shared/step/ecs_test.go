package step_test

import (
	"fmt"
	"reflect"
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

var newImage = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront/api@" + imageOf("7").Digest

func TestAServiceRunsTheImagesOfTheRelease(t *testing.T) {
	w := newECSWorld(t)
	if outcome, failure := w.start("ecs", w.attempt("")); failure != nil || outcome.Done {
		t.Fatalf("it begins with %+v, %v", outcome, failure)
	}
	if w.runs() != newImage+" log:1" {
		t.Errorf("the service runs %s", w.runs())
	}
	if ends := w.tell("SERVICE_DEPLOYMENT_IN_PROGRESS"); len(ends) > 0 {
		t.Errorf("in progress it ends with %q", ends)
	}
	want := fmt.Sprintf("done map[deployment-id:ecs-svc/2 previous-task-definition:%s task-definition:%s]", definitionARN(1), definitionARN(2))
	for range 2 {
		if ends := w.become(types.DeploymentRolloutStateCompleted, ""); !slices.Equal(ends, []string{want}) {
			t.Errorf("completed, it ends with %q, want %s", ends, want)
		}
	}
	if len(w.timers) > 0 {
		t.Errorf("timers are left: %v", w.timers)
	}
}

func TestATaskDefinitionIsACopyWithTheTagOfTheAttempt(t *testing.T) {
	w := newECSWorld(t)
	w.start("ecs", w.attempt(""))
	registered := w.definitions[1]
	var tags []string
	for _, tag := range registered.Tags {
		tags = append(tags, *tag.Key+"="+*tag.Value)
	}
	if want := []string{"team=shop", "slipway:attempt=" + ecsWork}; !slices.Equal(tags, want) {
		t.Errorf("the tags are %q, want %q", tags, want)
	}
	if aws.ToString(registered.Cpu) != "256" || !aws.ToBool(registered.ContainerDefinitions[0].Essential) {
		t.Errorf("it is no copy: %+v", registered)
	}
}

// TestEveryFieldOfATaskDefinitionIsCopied fails when the SDK has learned a field that
// the copy would lose; of inference accelerators, AWS has none any more.
func TestEveryFieldOfATaskDefinitionIsCopied(t *testing.T) {
	w := newECSWorld(t)
	present := &types.TaskDefinition{}
	fill(reflect.ValueOf(present).Elem())
	present.ContainerDefinitions = []types.ContainerDefinition{{Name: new("web"), Image: new("old")}}
	w.answer = func(request any) (any, error) {
		if _, ok := request.(*ecs.DescribeTaskDefinitionInput); ok {
			return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: present}, nil
		}
		return w.reply(request)
	}
	w.start("ecs", w.attempt(""))
	registered := reflect.ValueOf(w.definitions[1]).Elem()
	for i := range registered.NumField() {
		field := registered.Type().Field(i)
		if field.IsExported() && field.Name != "InferenceAccelerators" && registered.Field(i).IsZero() {
			t.Errorf("the copy has no %s", field.Name)
		}
	}
}

// fill gives every exported field of the struct v a value that is not zero.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch field.Kind() {
		case reflect.Pointer:
			field.Set(reflect.New(field.Type().Elem()))
		case reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		case reflect.String:
			field.SetString("text")
		case reflect.Int32:
			field.SetInt(1)
		}
	}
}

func TestAServiceIsUpdatedAsTheParametersSay(t *testing.T) {
	w := newECSWorld(t)
	w.service.DeploymentConfiguration.DeploymentCircuitBreaker = &types.DeploymentCircuitBreaker{ResetOnHealthyTask: new(false)}
	w.start("ecs", w.attempt(`, "desired-count": 4, "alarms": ["errors"]`))
	in := w.updates[0]
	c := in.DeploymentConfiguration
	if *in.DesiredCount != 4 || !c.DeploymentCircuitBreaker.Enable || !c.DeploymentCircuitBreaker.Rollback || *c.DeploymentCircuitBreaker.ResetOnHealthyTask ||
		*c.MinimumHealthyPercent != 50 || !c.Alarms.Enable || !c.Alarms.Rollback || !slices.Equal(c.Alarms.AlarmNames, []string{"errors"}) {
		t.Errorf("UpdateService is asked %+v, %+v", in, c)
	}
	w = newECSWorld(t)
	w.start("ecs", w.attempt(`, "circuit-breaker": false`))
	if in := w.updates[0]; in.DesiredCount != nil || in.DeploymentConfiguration.DeploymentCircuitBreaker.Enable || in.DeploymentConfiguration.Alarms != nil {
		t.Errorf("UpdateService is asked %+v", in)
	}
}

func TestAServiceThatHasTheImagesGetsNoTaskDefinition(t *testing.T) {
	w := newECSWorld(t)
	w.definitions[0].ContainerDefinitions[0].Image = &newImage
	if outcome, failure := w.start("ecs", w.attempt("")); failure != nil || !outcome.Done || len(w.definitions) != 1 || w.deployments != 1 {
		t.Errorf("it comes to %+v, %v; %d task definitions, %d deployments", outcome, failure, len(w.definitions), w.deployments)
	}
	w = newECSWorld(t)
	w.definitions[0].ContainerDefinitions[0].Image = &newImage
	w.service.Deployments[0].RolloutState = types.DeploymentRolloutStateFailed
	if outcome, failure := w.start("ecs", w.attempt("")); failure != nil || outcome.Done || w.deployments != 2 {
		t.Errorf("after a failure it comes to %+v, %v; %d deployments", outcome, failure, w.deployments)
	}
}

func TestADeploymentThatFailsIsToldWithItsReason(t *testing.T) {
	w := newECSWorld(t)
	w.start("ecs", w.attempt(""))
	if ends := w.become(types.DeploymentRolloutStateFailed, "tasks failed to start"); len(ends) != 1 || ends[0] != "DeploymentFailed: deployment ecs-svc/2 of service web failed: tasks failed to start" {
		t.Errorf("it ends with %q", ends)
	}

	w = newECSWorld(t) // ECS has gone back already
	w.start("ecs", w.attempt(""))
	w.service.Deployments = []types.Deployment{deployment(3, types.DeploymentRolloutStateCompleted)}
	w.service.Events = []types.ServiceEvent{{Message: new("(service web) (deployment ecs-svc/2) deployment failed: alarm detected.")}}
	if ends := w.tell("SERVICE_DEPLOYMENT_COMPLETED"); len(ends) != 1 || !strings.HasPrefix(ends[0], "DeploymentFailed: deployment ecs-svc/2 of service web failed: (service web)") {
		t.Errorf("gone back, it ends with %q", ends)
	}
}

func TestADeploymentThatOthersReplaceHasFailed(t *testing.T) {
	w := newECSWorld(t)
	w.start("ecs", w.attempt(""))
	w.update(&ecs.UpdateServiceInput{TaskDefinition: new(definitionARN(1))})
	if ends := w.become(types.DeploymentRolloutStateCompleted, ""); len(ends) != 1 || !strings.HasPrefix(ends[0], "DeploymentReplaced") {
		t.Errorf("it ends with %q", ends)
	}
}

func TestAServiceGoesBackWhenTheTimeIsOverOrTheStepIsCancelled(t *testing.T) {
	for name, end := range map[string]func(w *ecsWorld) []string{
		"TimedOut": func(w *ecsWorld) []string { return w.due("ecs", ecsWork) },
		"Cancelled": func(w *ecsWorld) []string {
			if err := w.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "web", Attempt: 1}); err != nil {
				t.Error(err)
			}
			return w.due("ecs", ecsWork)
		},
	} {
		w := newECSWorld(t)
		w.start("ecs", w.attempt(`, "desired-count": 4`))
		for range 2 {
			ends := end(w)
			if len(ends) != 1 || !strings.HasPrefix(ends[0], ecsWork+" "+name) {
				t.Fatalf("%s: it ends with %q", name, ends)
			}
			w.timers["ecs "+ecsWork] = w.now
		}
		if last := w.updates[len(w.updates)-1]; len(w.updates) != 2 || *last.TaskDefinition != definitionARN(1) || *last.DesiredCount != 2 {
			t.Errorf("%s: after %d updates the service has %s", name, len(w.updates), *last.TaskDefinition)
		}
		if name == "TimedOut" && w.now.Sub(w.began) != time.Hour {
			t.Errorf("it is over after %s", w.now.Sub(w.began))
		}
	}
}

func TestOnlyTheEndOfADeploymentLeadsToItsService(t *testing.T) {
	kind, _ := step.Lookup("ecs")
	ended := events.Raw{Source: "aws.ecs", DetailType: "ECS Deployment State Change", Resources: []string{ecsService},
		Detail: []byte(`{"eventName": "SERVICE_DEPLOYMENT_COMPLETED", "deploymentId": "ecs-svc/2"}`)}
	if got := kind.(step.Remote).Works(ended); !slices.Equal(got, []string{ecsService}) {
		t.Errorf("it leads to %q", got)
	}
	for name, change := range map[string]func(*events.Raw){
		"another source":  func(e *events.Raw) { e.Source = "slipway" },
		"another type":    func(e *events.Raw) { e.DetailType = "ECS Task State Change" },
		"no service":      func(e *events.Raw) { e.Resources = nil },
		"a beginning":     func(e *events.Raw) { e.Detail = []byte(`{"eventName": "SERVICE_DEPLOYMENT_IN_PROGRESS"}`) },
		"another detail":  func(e *events.Raw) { e.Detail = []byte(`[]`) },
		"a truncated one": func(e *events.Raw) { e.Detail = []byte(`{`) },
	} {
		e := ended
		change(&e)
		if got := kind.(step.Remote).Works(e); len(got) > 0 {
			t.Errorf("%s leads to %q", name, got)
		}
	}
}

func TestAnECSStepGoesOnWhereItsCallsWereCutOff(t *testing.T) {
	for lost := 1; lost <= 6; lost++ {
		w := newECSWorld(t)
		w.fail = lost
		if _, err := w.runner.Start(t.Context(), "ecs", w.attempt("")); err == nil {
			t.Errorf("call %d: its answer is not missed", lost)
		}
		w.start("ecs", w.attempt(""))
		if ends := w.become(types.DeploymentRolloutStateCompleted, ""); len(ends) != 1 || len(w.definitions) != 2 || w.deployments != 2 {
			t.Errorf("call %d: it ends with %q, %d task definitions, %d deployments", lost, ends, len(w.definitions), w.deployments)
		}
	}
}

func TestAnECSStepIsRefusedBeforeAnythingChanges(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ecsWorld)
		work   func(*step.Work)
		want   string
	}{
		"no such service": {nil, func(w *step.Work) {
			w.With = []byte(`{"cluster": "storefront", "service": "api", "images": {"web": "api"}}`)
		}, "NoSuchService"},
		"a drained service": {func(w *ecsWorld) { w.service.Status = new("DRAINING") }, nil, "NoSuchService"},
		"CodeDeploy's": {func(w *ecsWorld) {
			w.service.DeploymentController = &types.DeploymentController{Type: types.DeploymentControllerTypeCodeDeploy}
		}, nil, "UnsupportedService: service web has the deployment controller CODE_DEPLOY"},
		"blue/green":         {func(w *ecsWorld) { w.service.DeploymentConfiguration.Strategy = types.DeploymentStrategyBlueGreen }, nil, "UnsupportedService: service web has the deployment strategy BLUE_GREEN"},
		"a classic balancer": {func(w *ecsWorld) { w.service.LoadBalancers = []types.LoadBalancer{{LoadBalancerName: new("old")}} }, nil, "UnsupportedService: service web is behind a Classic Load Balancer"},
		"no such container": {nil, func(w *step.Work) {
			w.With = []byte(`{"cluster": "storefront", "service": "web", "images": {"api": "api"}}`)
		}, "NoSuchContainer: task definition " + definitionARN(1) + " has no container api, but web, log"},
		"a file": {nil, func(w *step.Work) {
			w.Packages = map[string]step.Artifact{"api": {Version: "1.4.0", Bucket: "packages"}}
		}, "NotAnImage"},
		"a repository gone":   {nil, func(w *step.Work) { w.Packages["api"] = step.Artifact{Version: "1.4.0", Repository: "storefront/web"} }, "PackageGone"},
		"no such package":     {nil, func(w *step.Work) { w.Packages = nil }, "NoSuchPackage"},
		"a name with a slash": {nil, func(w *step.Work) { w.With = []byte(`{"cluster": "a/b", "service": "web", "images": {"web": "api"}}`) }, "BadParameter: cluster"},
		"no right":            {func(w *ecsWorld) { w.answer = func(any) (any, error) { return nil, denied("ecs:DescribeServices") } }, nil, "AccessDenied"},
		"no cluster": {func(w *ecsWorld) {
			w.answer = func(any) (any, error) { return nil, apiError("ClusterNotFoundException") }
		}, nil, "NoSuchService"},
		"refused": {func(w *ecsWorld) {
			w.answer = func(any) (any, error) { return nil, apiError("InvalidParameterException") }
		}, nil, "Refused: ECS refuses ecs:DescribeServices for service web: as AWS says"},
	} {
		w := newECSWorld(t)
		if c.change != nil {
			c.change(w)
		}
		attempt := w.attempt("")
		if c.work != nil {
			c.work(&attempt)
		}
		outcome, failure := w.start("ecs", attempt)
		if failure == nil || !strings.HasPrefix(failure.Error(), c.want) || len(w.definitions) > 1 || len(w.updates) > 0 {
			t.Errorf("%s: it comes to %+v, %v, want %s", name, outcome, failure, c.want)
		}
	}
}
