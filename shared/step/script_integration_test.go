//go:build integration

package step_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bridge "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"slipway/scripts/integration"
	"slipway/shared/images"
	"slipway/shared/step"
)

func TestIntegrationScript(t *testing.T) {
	integration.Suite{
		Subject: "script",
		Holds: []integration.Claim{
			{Says: "jobs and their builds", Hold: building(aScriptIsAJobAndABuild)},
			{Says: "projects of networks", Hold: building(aNetworkHasItsProject)},
			{Says: "addresses of images", Hold: building(aScriptIsToldItsImages)},
			{Says: "results", Hold: building(theResultIsReadWhenTheBuildHasEnded)},
			{Says: "what is not there", Hold: building(withoutProjectOrRepositoryNothingStarts)},
		},
		Gaps: []integration.Claim{
			{Says: "StartBuild starts another build for an idempotency token that it has had.", Hold: building(theTokenIsIgnored)},
			{Says: "StartBuild drops the environment variables, the timeout, the image and the compute type.", Hold: building(theOverridesAreDropped)},
			{Says: "A build has no VPC, whatever its project has.", Hold: building(aBuildHasNoVPC)},
			{Says: "A build runs nothing, and has succeeded once it is looked at.", Hold: building(aBuildRunsNothing)},
			{Says: "A build that ends sends no event.", Hold: building(aBuildSendsNoEvent)},
		},
	}.Run(t)
}

// A builder is a service whose scripts are builds of a CodeBuild project.
type builder struct {
	*service
	client     *codebuild.Client
	registry   *ecr.Client
	project    string
	deployment string
}

// building returns hold with a builder of its own.
func building(hold func(b *builder)) func(*testing.T) {
	return emulated(func(s *service) {
		name := integration.Name(s.t)
		b := &builder{service: s, client: codebuild.NewFromConfig(s.aws), registry: ecr.NewFromConfig(s.aws), project: name, deployment: name + "_1"}
		b.createProject(b.project, nil)
		b.use(b.project)
		hold(b)
	})
}

// createProject creates a project, in a VPC if one is given.
func (b *builder) createProject(name string, vpc *types.VpcConfig) {
	b.t.Helper()
	_, err := b.client.CreateProject(b.t.Context(), &codebuild.CreateProjectInput{Name: &name, ServiceRole: aws.String("arn:aws:iam::000000000000:role/scripts"), VpcConfig: vpc,
		Source:      &types.ProjectSource{Type: types.SourceTypeNoSource, Location: aws.String("none")}, // the emulator wants a place
		Artifacts:   &types.ProjectArtifacts{Type: types.ArtifactsTypeNoArtifacts},
		Environment: &types.ProjectEnvironment{Type: types.EnvironmentTypeArmContainer, ComputeType: types.ComputeTypeBuildGeneral1Small, Image: aws.String("aws/codebuild/standard")}})
	b.must(err)
}

// use makes scripts builds of that project, and of those of its networks.
func (b *builder) use(project string, networks ...string) {
	b.runner = step.New(step.Dependencies{Objects: b.objects, Images: images.New(b.registry, b.aws.HTTPClient),
		Builds: step.NewCodeBuild(b.client, project, networks...), WorkBucket: "work"})
}

// start starts a script that needs the artifact, and returns the job's key.
func (b *builder) start(a step.Artifact) (job string, err error) {
	b.t.Helper()
	return b.startWith(`{"run":"./smoke.sh","package":"web"}`, a)
}

func (b *builder) startWith(with string, a step.Artifact) (job string, err error) {
	b.t.Helper()
	w := work(with, a)
	w.Execution = b.deployment
	outcome, err := b.runner.Start(b.t.Context(), "script", w)
	if err == nil && outcome.Done {
		b.t.Error("the script is done when it has started")
	}
	return step.JobKey(w.Execution, w.Step, w.Attempt), err
}

// builds returns the builds of the project, as they are once they are looked at.
func (b *builder) builds() []types.Build {
	b.t.Helper()
	return b.buildsOf(b.project)
}

func (b *builder) buildsOf(project string) []types.Build {
	b.t.Helper()
	list, err := b.client.ListBuildsForProject(b.t.Context(), &codebuild.ListBuildsForProjectInput{ProjectName: &project})
	b.must(err)
	found, err := b.client.BatchGetBuilds(b.t.Context(), &codebuild.BatchGetBuildsInput{Ids: list.Ids})
	b.must(err)
	return found.Builds
}

// job returns the job that is stored at key.
func (b *builder) job(key string) (job step.Job) {
	b.t.Helper()
	b.must(json.Unmarshal([]byte(b.read("work", key)), &job))
	return job
}

func aScriptIsAJobAndABuild(b *builder) {
	a := b.push("smoke.sh", "exit 0")
	key, err := b.start(a)
	b.must(err)
	if job := b.job(key); job.Run != "./smoke.sh" || job.Execution != b.deployment || !reflect.DeepEqual(job.Package, &a) || job.TimeoutMS != 60_000 {
		b.t.Errorf("the job is %+v", job)
	}
	if all := b.builds(); len(all) != 1 || aws.ToString(all[0].ProjectName) != b.project {
		b.t.Errorf("the builds are %+v", all)
	}
}

// inNetwork starts a script in the network orders, and returns its build.
func (b *builder) inNetwork() types.Build {
	b.t.Helper()
	project := step.BuildProject(b.project, "orders")
	b.createProject(project, &types.VpcConfig{VpcId: aws.String("vpc-00000001"), Subnets: []string{"subnet-00000001"}, SecurityGroupIds: []string{"sg-00000001"}})
	b.use(b.project, "orders")
	_, err := b.startWith(`{"run":"true","network":"orders"}`, step.Artifact{})
	b.must(err)
	all := b.buildsOf(project)
	if len(all) != 1 || aws.ToString(all[0].ProjectName) != project {
		b.t.Fatalf("the builds of %s are %+v", project, all)
	}
	return all[0]
}

func aNetworkHasItsProject(b *builder) {
	build := b.inNetwork()
	if all := b.builds(); len(all) > 0 {
		b.t.Errorf("%d builds are outside of the network", len(all))
	}
	kind, _ := step.Lookup("script")
	d := step.Dependencies{Builds: step.NewCodeBuild(b.client, b.project, "orders")}
	b.must(kind.(step.Remote).Cancel(b.t.Context(), d, step.Work{}, aws.ToString(build.Id)))
}

func aBuildHasNoVPC(b *builder) {
	if build := b.inNetwork(); build.VpcConfig != nil {
		b.t.Errorf("it is in %+v", build.VpcConfig)
	}
}

func aScriptIsToldItsImages(b *builder) {
	repository, err := b.registry.CreateRepository(b.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("scripts/web")})
	b.must(err)
	digest := "sha256:" + strings.Repeat("1", 64)
	key, err := b.start(step.Artifact{Version: "1.4.0", Repository: "scripts/web", Key: "1.4.0", Digest: digest})
	b.must(err)
	want := []step.Variable{{Name: "SLIPWAY_IMAGE_WEB", Value: aws.ToString(repository.Repository.RepositoryUri) + "@" + digest}}
	if got := b.job(key).Images; !reflect.DeepEqual(got, want) {
		b.t.Errorf("they are %+v, want %+v", got, want)
	}
}

func theResultIsReadWhenTheBuildHasEnded(b *builder) {
	key, err := b.start(b.push("smoke.sh", "exit 0"))
	b.must(err)
	status := string(b.builds()[0].BuildStatus)
	outcome, err := b.runner.ReadResult(b.t.Context(), key, status)
	if err != nil || outcome.Done {
		b.t.Errorf("without a result it comes to %+v, %v", outcome, err)
	}
	b.put("work", step.ResultKey(key), `{"status":"succeeded","outputs":{"url":"x"}}`)
	outcome, err = b.runner.ReadResult(b.t.Context(), key, status)
	if err != nil || !outcome.Done || outcome.Outputs["url"] != "x" {
		b.t.Errorf("with its result it comes to %+v, %v", outcome, err)
	}
	b.put("work", step.ResultKey(key), `{"status":"failed","exitCode":3,"error":"ScriptFailed","cause":"exit status 3"}`)
	_, err = b.runner.ReadResult(b.t.Context(), key, "FAILED")
	if failure := (*step.Failure)(nil); !errors.As(err, &failure) || failure.Name != "ScriptFailed" {
		b.t.Errorf("with a failure it comes to %v", err)
	}
}

func withoutProjectOrRepositoryNothingStarts(b *builder) {
	_, err := b.start(step.Artifact{Version: "1.4.0", Repository: "scripts/gone", Key: "1.4.0", Digest: "sha256:1"})
	var failure *step.Failure
	if !errors.As(err, &failure) || failure.Name != "PackageGone" {
		b.t.Errorf("without its repository it comes to %v", err)
	}
	b.use("gone")
	_, err = b.start(b.push("smoke.sh", "exit 0"))
	var gone *types.ResourceNotFoundException
	if errors.As(err, &failure) && failure.Name != "PackageGone" || !errors.As(err, &gone) || !strings.Contains(err.Error(), "project gone") {
		b.t.Errorf("without its project it comes to %v", err)
	}
	if all := b.builds(); len(all) > 0 {
		b.t.Errorf("%d builds have started", len(all))
	}
}

func theTokenIsIgnored(b *builder) {
	a := b.push("smoke.sh", "exit 0")
	for range 2 {
		_, err := b.start(a)
		b.must(err)
	}
	if all := b.builds(); len(all) != 2 {
		b.t.Errorf("there are %d builds", len(all))
	}
}

func theOverridesAreDropped(b *builder) {
	const image = "public.ecr.aws/docker/library/node:24"
	_, err := b.startWith(`{"run":"true","compute":"large","image":"`+image+`"}`, step.Artifact{})
	b.must(err)
	build := b.builds()[0]
	if len(build.Environment.EnvironmentVariables) > 0 || aws.ToInt32(build.TimeoutInMinutes) == 6 {
		b.t.Errorf("it has %d variables and %d minutes", len(build.Environment.EnvironmentVariables), aws.ToInt32(build.TimeoutInMinutes))
	}
	if e := build.Environment; e.ComputeType == types.ComputeTypeBuildGeneral1Large || aws.ToString(e.Image) == image {
		b.t.Errorf("it has %s and the image %s", e.ComputeType, aws.ToString(e.Image))
	}
}

func aBuildRunsNothing(b *builder) {
	key, err := b.start(b.push("smoke.sh", "exit 0"))
	b.must(err)
	if status := b.builds()[0].BuildStatus; status != types.StatusTypeSucceeded {
		b.t.Errorf("it is %s", status)
	}
	for entry, err := range b.objects.List(b.t.Context(), "work", strings.TrimSuffix(key, "job.json")) {
		if err != nil || entry.Key == step.ClaimKey(key) || entry.Key == step.ResultKey(key) {
			b.t.Errorf("it has left %s, %v", entry.Key, err)
		}
	}
}

func aBuildSendsNoEvent(b *builder) {
	events, queues := eventbridge.NewFromConfig(b.aws), sqs.NewFromConfig(b.aws)
	queue, err := queues.CreateQueue(b.t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("builds")})
	b.must(err)
	_, err = events.PutRule(b.t.Context(), &eventbridge.PutRuleInput{Name: aws.String("builds"), EventPattern: aws.String(`{"detail-type":["CodeBuild Build State Change","Told"]}`)})
	b.must(err)
	_, err = events.PutTargets(b.t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("builds"),
		Targets: []bridge.Target{{Id: aws.String("queue"), Arn: aws.String("arn:aws:sqs:us-east-1:000000000000:builds")}}})
	b.must(err)
	_, err = b.start(b.push("smoke.sh", "exit 0"))
	b.must(err)
	b.builds()
	// An event of another kind, after which that of the build would have come.
	_, err = events.PutEvents(b.t.Context(), &eventbridge.PutEventsInput{Entries: []bridge.PutEventsRequestEntry{
		{Source: aws.String("test"), DetailType: aws.String("Told"), Detail: aws.String("{}")}}})
	b.must(err)
	got, err := queues.ReceiveMessage(b.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10})
	b.must(err)
	if len(got.Messages) != 1 || !strings.Contains(aws.ToString(got.Messages[0].Body), "Told") {
		b.t.Errorf("%d events have come", len(got.Messages))
	}
}
