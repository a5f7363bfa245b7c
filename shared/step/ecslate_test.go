package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestADeploymentThatECSTellsOfLateIsFollowed(t *testing.T) {
	w := newECSWorld(t)
	before := w.service
	before.Deployments = slices.Clone(before.Deployments)
	updated := false
	w.answer = func(request any) (any, error) {
		if _, ok := request.(*ecs.UpdateServiceInput); ok {
			updated = true
		}
		if _, ok := request.(*ecs.DescribeServicesInput); ok && updated {
			return &ecs.DescribeServicesOutput{Services: []types.Service{before}}, nil
		}
		return w.reply(request)
	}
	if outcome, failure := w.start("ecs", w.attempt("")); failure != nil || outcome.Done {
		t.Fatalf("it begins with %+v, %v", outcome, failure)
	}
	w.answer = w.reply
	if ends := w.due("ecs", ecsWork); len(ends) > 0 {
		t.Errorf("known, it ends with %q", ends)
	}
	if ends := w.become(types.DeploymentRolloutStateCompleted, ""); len(ends) != 1 || !strings.HasPrefix(ends[0], "done") {
		t.Errorf("completed, it ends with %q", ends)
	}
}

func TestADeploymentThatIsGoneForGoodHasFailed(t *testing.T) {
	w := newECSWorld(t)
	w.start("ecs", w.attempt(""))
	w.service.Deployments = []types.Deployment{deployment(3, types.DeploymentRolloutStateCompleted)}
	if ends := w.tell("SERVICE_DEPLOYMENT_COMPLETED"); len(ends) > 0 {
		t.Fatalf("at first it ends with %q", ends)
	}
	w.now = w.now.Add(time.Minute)
	if ends := w.tell("SERVICE_DEPLOYMENT_COMPLETED"); len(ends) != 1 || !strings.HasPrefix(ends[0], "DeploymentReplaced") {
		t.Errorf("it ends with %q", ends)
	}
}

func TestAnAttemptThatHasGoneBackLeavesTheServiceToOthers(t *testing.T) {
	w := newECSWorld(t)
	w.start("ecs", w.attempt(""))
	if ends := w.due("ecs", ecsWork); len(ends) != 1 || !strings.Contains(ends[0], "TimedOut") {
		t.Fatalf("it ends with %q", ends)
	}
	w.update(&ecs.UpdateServiceInput{TaskDefinition: new(definitionARN(2))}) // by hand
	w.timers["ecs "+ecsWork] = w.now
	if ends := w.due("ecs", ecsWork); len(ends) != 1 || *w.service.TaskDefinition != definitionARN(2) {
		t.Errorf("a late check comes to %q; the service has %s", ends, *w.service.TaskDefinition)
	}
}

func TestARegistrationAtTheSameTimeAsAnotherIsTriedAgain(t *testing.T) {
	w := newECSWorld(t)
	w.answer = func(request any) (any, error) {
		if _, ok := request.(*ecs.RegisterTaskDefinitionInput); ok {
			return nil, &types.ClientException{Message: new("Too many concurrent attempts to create a new revision of the specified family.")}
		}
		return w.reply(request)
	}
	if _, err := w.runner.Start(t.Context(), "ecs", w.attempt("")); err == nil || strings.Contains(err.Error(), "Refused") {
		t.Errorf("it comes to %v", err)
	}
	w.answer = w.reply
	if outcome, failure := w.start("ecs", w.attempt("")); failure != nil || outcome.Done || w.runs() != newImage+" log:1" {
		t.Errorf("again, it comes to %+v, %v", outcome, failure)
	}
}
