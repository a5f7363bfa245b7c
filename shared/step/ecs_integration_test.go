//go:build integration

package step_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationECS(t *testing.T) {
	integration.Suite{
		Subject: "ecs",
		Holds: []integration.Claim{
			{Says: "a task definition copied with its tags", Hold: emulatedContainers(0, aTaskDefinitionIsCopied)},
			{Says: "a service updated to its end", Hold: emulatedContainers(0, aServiceIsUpdated)},
			{Says: "the circuit breaker", Hold: emulatedContainers(0, theCircuitBreakerIsOn)},
			{Says: "repetition", Hold: emulatedContainers(2, aRepeatedStartRegistersNothing)},
			{Says: "cancelling", Hold: emulatedContainers(2, aCancelledServiceGoesBack)},
			{Says: "failures", Hold: emulatedContainers(0, anECSStepFails)},
		},
		Gaps: []integration.Claim{
			{Says: "UpdateService begins no deployment, and a deployment goes on as it began.", Hold: emulatedContainers(2, noDeploymentBegins)},
		},
	}.Run(t)
}

// A containers is a service of ECS on the emulator, of the test's own name, in a cluster
// of that name.
type containers struct {
	*place
	client *ecs.Client
	name   string
}

// emulatedContainers returns hold with a service that is to have so many tasks. The
// emulator runs none, so that only a service without tasks is where it is to be.
func emulatedContainers(tasks int32, hold func(c *containers)) func(*testing.T) {
	return emulated(func(s *service) {
		c := &containers{place: s.follow(), client: ecs.NewFromConfig(s.aws), name: integration.Name(s.t)}
		_, err := c.client.CreateCluster(s.t.Context(), &ecs.CreateClusterInput{ClusterName: &c.name})
		s.must(err)
		_, err = c.client.RegisterTaskDefinition(s.t.Context(), &ecs.RegisterTaskDefinitionInput{Family: &c.name, Cpu: aws.String("256"), Memory: aws.String("512"),
			NetworkMode: types.NetworkModeBridge, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}},
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("web"), Image: aws.String("old"), Memory: aws.Int32(128), Essential: aws.Bool(true)}}})
		s.must(err)
		_, err = c.client.CreateService(s.t.Context(), &ecs.CreateServiceInput{Cluster: &c.name, ServiceName: &c.name, TaskDefinition: &c.name, DesiredCount: &tasks})
		s.must(err)
		hold(c)
	})
}

// attempt returns the attempt of this test at a step.
func (c *containers) attempt() step.Work {
	w := attempt(c.name, fmt.Sprintf(`{"cluster": %q, "service": %q, "images": {"web": "api"}}`, c.name, c.name))
	w.Packages = map[string]step.Artifact{"api": imageOf("7")}
	return w
}

// definition describes the task definition of the service.
func (c *containers) definition() *ecs.DescribeTaskDefinitionOutput {
	c.t.Helper()
	found, err := c.client.DescribeServices(c.t.Context(), &ecs.DescribeServicesInput{Cluster: &c.name, Services: []string{c.name}})
	if err != nil {
		c.t.Fatal(err)
	}
	d, err := c.client.DescribeTaskDefinition(c.t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: found.Services[0].TaskDefinition,
		Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}})
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

func aTaskDefinitionIsCopied(c *containers) {
	c.start("ecs", c.attempt())
	d := c.definition()
	tags := map[string]string{}
	for _, tag := range d.Tags {
		tags[*tag.Key] = *tag.Value
	}
	if got := d.TaskDefinition; *got.ContainerDefinitions[0].Image != newImage || *got.Cpu != "256" || got.NetworkMode != types.NetworkModeBridge ||
		tags["team"] != "shop" || tags["slipway:attempt"] != c.name+"/check/1" {
		c.t.Errorf("the task definition is %+v with tags %v", got, tags)
	}
}

func aServiceIsUpdated(c *containers) {
	outcome, failure := c.start("ecs", c.attempt())
	if failure != nil || !outcome.Done || !strings.HasSuffix(outcome.Outputs["task-definition"], ":2") || !strings.HasSuffix(outcome.Outputs["previous-task-definition"], ":1") {
		c.t.Errorf("it comes to %+v, %v", outcome, failure)
	}
}

func theCircuitBreakerIsOn(c *containers) {
	c.deployed(ecs.UpdateServiceInput{DeploymentConfiguration: &types.DeploymentConfiguration{MaximumPercent: aws.Int32(150)}})
	c.start("ecs", c.attempt())
	configured := c.deployed(ecs.UpdateServiceInput{}).Service.DeploymentConfiguration
	if b := configured.DeploymentCircuitBreaker; b == nil || !b.Enable || !b.Rollback || aws.ToInt32(configured.MaximumPercent) != 150 {
		c.t.Errorf("deployments are configured %+v", configured)
	}
}

func aRepeatedStartRegistersNothing(c *containers) {
	for range 2 {
		if outcome, failure := c.start("ecs", c.attempt()); failure != nil || outcome.Done || c.definition().TaskDefinition.Revision != 2 {
			c.t.Errorf("it comes to %+v, %v; the service has revision %d", outcome, failure, c.definition().TaskDefinition.Revision)
		}
	}
}

func aCancelledServiceGoesBack(c *containers) {
	c.start("ecs", c.attempt())
	if err := c.runner.Cancel(c.t.Context(), step.Attempt{Execution: c.name, Step: "check", Attempt: 1}); err != nil || c.definition().TaskDefinition.Revision != 1 {
		c.t.Errorf("Cancel = %v; the service has revision %d", err, c.definition().TaskDefinition.Revision)
	}
	if got := c.due("ecs", c.name+"/check/1"); len(got) != 1 || !strings.HasPrefix(got[0], c.name+"/check/1 Cancelled") {
		c.t.Errorf("it ends with %q", got)
	}
}

func anECSStepFails(c *containers) {
	for with, want := range map[string]string{
		`{"cluster": %q, "service": "missing", "images": {"web": "api"}}`:       "NoSuchService",
		`{"cluster": "missing-%s", "service": "web", "images": {"web": "api"}}`: "NoSuchService",
		`{"cluster": %[1]q, "service": %[1]q, "images": {"api": "api"}}`:        "NoSuchContainer",
	} {
		w := c.attempt()
		w.With = fmt.Appendf(nil, with, c.name)
		if _, failure := c.start("ecs", w); failure == nil || failure.Name != want {
			c.t.Errorf("with %s it comes to %v, want %s", w.With, failure, want)
		}
	}
}

// deployed returns the deployments of an update of the service.
func (c *containers) deployed(in ecs.UpdateServiceInput) *ecs.UpdateServiceOutput {
	c.t.Helper()
	in.Cluster, in.Service = &c.name, &c.name
	updated, err := c.client.UpdateService(c.t.Context(), &in)
	if err != nil {
		c.t.Fatal(err)
	}
	return updated
}

func noDeploymentBegins(c *containers) {
	before := c.deployed(ecs.UpdateServiceInput{}).Service.Deployments
	c.start("ecs", c.attempt())
	after := c.deployed(ecs.UpdateServiceInput{}).Service.Deployments
	if len(after) != 1 || *after[0].Id != *before[0].Id || after[0].RolloutState != types.DeploymentRolloutStateInProgress {
		c.t.Errorf("the deployments are %+v", after)
	}
}
