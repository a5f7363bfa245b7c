package step_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

const jobKey = "jobs/storefront_1_production_1/site/1/job.json"

func TestAScriptBecomesAJobAndABuild(t *testing.T) {
	s := newStack(t)
	a := s.push("smoke.sh", "exit 0")
	for range 2 { // as when Start is repeated
		outcome, err := s.runner.Start(context.Background(), "script", work(`{"run":"echo {not} a placeholder","package":"web"}`, a))
		if err != nil || outcome.Done {
			t.Fatalf("Start = %+v, %v", outcome, err)
		}
	}
	var job step.Job
	if err := json.Unmarshal([]byte(s.read("work", jobKey)), &job); err != nil {
		t.Fatal(err)
	}
	want := step.Job{
		Execution: "storefront_1_production_1", Project: "storefront", Release: "1.4.0", Environment: "production",
		Step: "site", Attempt: 1, Shell: "bash", Run: "echo {not} a placeholder", PackageName: "web", Package: &a,
		Variables: []step.Variable{{Name: "API_URL", Value: "https://example.com"}}, TimeoutMS: 60_000,
	}
	if !reflect.DeepEqual(job, want) {
		t.Errorf("the job is %+v", job)
	}
	if len(s.builds) != 2 || s.builds[0] != s.builds[1] || s.builds[0].JobKey != jobKey || len(s.builds[0].IdempotencyToken) != 64 {
		t.Errorf("the builds are %+v", s.builds)
	}
}

func TestReadResultExplainsHowTheBuildEnded(t *testing.T) {
	for name, c := range map[string]struct {
		result, status string
		want           string // of the failure
		permanent      bool
		outcome        step.Outcome
	}{
		"succeeded":          {`{"status":"succeeded","outputs":{"url":"x"}}`, "SUCCEEDED", "", false, step.Outcome{Done: true, Outputs: map[string]string{"url": "x"}}},
		"claimed by another": {"", "SUCCEEDED", "", false, step.Outcome{}},
		"failed":             {`{"status":"failed","exitCode":3,"error":"ScriptFailed","cause":"exit status 3"}`, "FAILED", "ScriptFailed: exit status 3", false, step.Outcome{}},
		"failed for good":    {`{"status":"failed","error":"BadArchive","cause":"damaged","permanent":true}`, "FAILED", "BadArchive: damaged", true, step.Outcome{}},
		"failed before":      {"", "FAILED", "BuildFailed", false, step.Outcome{}},
		"fault":              {"", "FAULT", "BuildFault", false, step.Outcome{}},
		"timed out":          {"", "TIMED_OUT", "TimedOut", false, step.Outcome{}},
		"stopped":            {"", "STOPPED", "Stopped", true, step.Outcome{}},
	} {
		s := newStack(t)
		if c.result != "" {
			s.put("work", step.ResultKey(jobKey), c.result)
		}
		outcome, err := s.runner.ReadResult(context.Background(), jobKey, c.status)
		var failure *step.Failure
		switch {
		case c.want == "" && (err != nil || outcome.Done != c.outcome.Done || !maps.Equal(outcome.Outputs, c.outcome.Outputs)):
			t.Errorf("%s: %+v, %v, want %+v", name, outcome, err, c.outcome)
		case c.want != "" && (!errors.As(err, &failure) || !strings.HasPrefix(err.Error(), c.want) || failure.Permanent != c.permanent):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestReadResultOfABuildInProgressIsAnError(t *testing.T) {
	_, err := newStack(t).runner.ReadResult(context.Background(), jobKey, "IN_PROGRESS")
	var failure *step.Failure
	if err == nil || errors.As(err, &failure) {
		t.Errorf("ReadResult = %v, want an error that is no failure", err)
	}
}

func TestParseJobKeyTakesOnlyWhatJobKeyMakes(t *testing.T) {
	deployment, name, attempt, err := step.ParseJobKey(step.JobKey("storefront_1_production_1", "smoke-test", 12))
	if err != nil || deployment != "storefront_1_production_1" || name != "smoke-test" || attempt != 12 {
		t.Errorf("ParseJobKey = %s, %s, %d, %v", deployment, name, attempt, err)
	}
	for _, key := range []string{
		"", "job.json", "jobs/d/s/1/result.json", "jobs/d/s/0/job.json", "jobs/d/s/01/job.json", "jobs/d/s/-1/job.json",
		"jobs/d/S/1/job.json", "jobs/d/s-/1/job.json", "jobs/../s/1/job.json", "jobs/d/x/s/1/job.json", "jobs/d//1/job.json",
		"jobs/d/s/1/job.json\n", " jobs/d/s/1/job.json", "jobs/d/s/99999/job.json", "jobs/" + strings.Repeat("d", 81) + "/s/1/job.json",
	} {
		if _, _, _, err := step.ParseJobKey(key); !errors.Is(err, pipeline.ErrInvalid) {
			t.Errorf("ParseJobKey(%q) = %v, want %v", key, err, pipeline.ErrInvalid)
		}
	}
}

func TestKeysOfAnAttemptLieTogether(t *testing.T) {
	for got, want := range map[string]string{
		step.ResultKey(jobKey):      "jobs/storefront_1_production_1/site/1/result.json",
		step.ClaimKey(jobKey):       "jobs/storefront_1_production_1/site/1/claim.json",
		step.LogKey("d", "site", 2): "logs/d/site/2.log",
	} {
		if got != want {
			t.Errorf("key %s, want %s", got, want)
		}
	}
}

// starts records StartBuild and StopBuild requests.
type starts struct {
	in      *codebuild.StartBuildInput
	stopped string
}

func (s *starts) StartBuild(_ context.Context, in *codebuild.StartBuildInput, _ ...func(*codebuild.Options)) (*codebuild.StartBuildOutput, error) {
	s.in = in
	return &codebuild.StartBuildOutput{Build: &types.Build{Id: new("scripts:1")}}, nil
}

func (s *starts) StopBuild(_ context.Context, in *codebuild.StopBuildInput, _ ...func(*codebuild.Options)) (*codebuild.StopBuildOutput, error) {
	s.stopped = *in.Id
	return &codebuild.StopBuildOutput{}, nil
}

func TestCodeBuildIsToldTheJobAndATimeBeyondTheScripts(t *testing.T) {
	for timeout, want := range map[time.Duration]int32{time.Second: 6, 10 * time.Minute: 15, 8 * time.Hour: 485} {
		client := &starts{}
		builds := step.NewCodeBuild(client, "scripts")
		id, err := builds.Start(context.Background(), step.BuildRequest{JobKey: jobKey, IdempotencyToken: "t", Timeout: timeout})
		if err != nil {
			t.Fatal(err)
		}
		if err := builds.Stop(context.Background(), id); err != nil || client.stopped != "scripts:1" {
			t.Errorf("build %q: Stop = %v, stopped %q", id, err, client.stopped)
		}
		v := client.in.EnvironmentVariablesOverride
		if *client.in.ProjectName != "scripts" || *client.in.IdempotencyToken != "t" || *client.in.TimeoutInMinutesOverride != want ||
			len(v) != 1 || *v[0].Name != "SLIPWAY_JOB" || *v[0].Value != jobKey {
			t.Errorf("with %s StartBuild is asked %+v", timeout, client.in)
		}
	}
}

func TestTheMachineOfABuildIsTheOneThatTheStepNames(t *testing.T) {
	for with, want := range map[string]codebuild.StartBuildInput{
		`{"shell":"sh"}`:       {},
		`{"compute":"small"}`:  {ComputeTypeOverride: types.ComputeTypeBuildGeneral1Small},
		`{"compute":"medium"}`: {ComputeTypeOverride: types.ComputeTypeBuildGeneral1Medium},
		`{"compute":"large"}`:  {ComputeTypeOverride: types.ComputeTypeBuildGeneral1Large},
		`{"compute":"xlarge"}`: {ComputeTypeOverride: types.ComputeTypeBuildGeneral1Xlarge},
		`{"compute":"2xlarge","image":"alpine:3.22"}`: {ComputeTypeOverride: types.ComputeTypeBuildGeneral12xlarge,
			ImageOverride: new("alpine:3.22"), ImagePullCredentialsTypeOverride: types.ImagePullCredentialsTypeServiceRole},
		`{"image":"aws/codebuild/amazonlinux-aarch64-standard:3.0"}`: {
			ImageOverride: new("aws/codebuild/amazonlinux-aarch64-standard:3.0"), ImagePullCredentialsTypeOverride: types.ImagePullCredentialsTypeCodebuild},
	} {
		s, client := newStack(t), &starts{}
		runner := step.New(step.Dependencies{Objects: s.objects, Builds: step.NewCodeBuild(client, "scripts"), WorkBucket: "work"})
		if _, err := runner.Start(context.Background(), "script", work(strings.Replace(with, "{", `{"run":"true",`, 1), step.Artifact{})); err != nil {
			t.Fatalf("%s: %v", with, err)
		}
		got := codebuild.StartBuildInput{ComputeTypeOverride: client.in.ComputeTypeOverride,
			ImageOverride: client.in.ImageOverride, ImagePullCredentialsTypeOverride: client.in.ImagePullCredentialsTypeOverride}
		if !reflect.DeepEqual(got, want) || client.in.EnvironmentTypeOverride != "" {
			t.Errorf("with %s StartBuild is asked %+v", with, client.in)
		}
	}
}

func TestANetworkHasAProjectOfItsOwn(t *testing.T) {
	for with, want := range map[string]string{
		`{"run":"true"}`:                    "scripts",
		`{"run":"true","network":"orders"}`: "scripts-orders",
		`{"run":"true","network":"bill-ing","compute":"large","image":"alpine:3.22"}`: "scripts-bill-ing",
	} {
		s, client := newStack(t), &starts{}
		runner := step.New(step.Dependencies{Objects: s.objects, Builds: step.NewCodeBuild(client, "scripts", "orders", "bill-ing"), WorkBucket: "work"})
		if _, err := runner.Start(context.Background(), "script", work(with, step.Artifact{})); err != nil || *client.in.ProjectName != want {
			t.Errorf("with %s StartBuild is asked %+v, %v; want the project %s", with, client.in, err, want)
		}
	}
}

func TestANetworkThatIsGoneFailsTheStepForGood(t *testing.T) {
	s, client := newStack(t), &starts{}
	runner := step.New(step.Dependencies{Objects: s.objects, Builds: step.NewCodeBuild(client, "scripts", "orders"), WorkBucket: "work"})
	_, err := runner.Start(context.Background(), "script", work(`{"run":"true","network":"billing"}`, step.Artifact{}))
	failure, ok := errors.AsType[*step.Failure](err)
	if !ok || failure.Name != "NoSuchNetwork" || !failure.Permanent || !strings.Contains(failure.Cause, "network billing is not in the platform file") || client.in != nil {
		t.Errorf("it comes to %v, with the build %+v", err, client.in)
	}
}

func TestAScriptRefersToItsPackageAndItsNetwork(t *testing.T) {
	kind, _ := step.Lookup("script")
	for with, want := range map[string]step.References{
		`{"run":"true"}`: {},
		`{"run":"true","package":"web","network":"orders"}`: {Packages: []string{"web"}, Networks: []string{"orders"}},
	} {
		if got, err := kind.References([]byte(with)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s refers to %+v, %v", with, got, err)
		}
	}
}

// FuzzParseJobKey holds that what ParseJobKey accepts is what JobKey makes.
func FuzzParseJobKey(f *testing.F) {
	for _, key := range []string{jobKey, "jobs/d/s/01/job.json", "jobs/../s/1/job.json", ""} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		deployment, name, attempt, err := step.ParseJobKey(key)
		if err == nil && step.JobKey(deployment, name, attempt) != key {
			t.Errorf("%q parses and is written %q", key, step.JobKey(deployment, name, attempt))
		}
	})
}
