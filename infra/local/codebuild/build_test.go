package codebuild_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"

	"slipway/infra/local/clock"
	"slipway/infra/local/codebuild"
	"slipway/infra/local/store"
	"slipway/shared/script"
)

func TestABuildRunsAfterItsCommitAndTellsOfBothChanges(t *testing.T) {
	r := newRig(t)
	out, err := r.client.StartBuild(ctx, &sdk.StartBuildInput{
		ProjectName: aws.String("scripts"), TimeoutInMinutesOverride: aws.Int32(15),
		EnvironmentVariablesOverride: []types.EnvironmentVariable{{Name: aws.String("SLIPWAY_JOB"), Value: aws.String("jobs/d/s/1/job.json")}},
	})
	r.must(err)
	if b := out.Build; b.BuildStatus != types.StatusTypeInProgress || *b.Arn != "arn:aws:codebuild:us-east-1:000000000000:build/"+*b.Id ||
		*b.TimeoutInMinutes != 15 || *b.BuildNumber != 1 || !b.StartTime.Equal(epoch) || *b.Initiator != "manager1" {
		t.Errorf("StartBuild = %+v", b)
	}
	if len(r.ran) != 0 {
		t.Error("the build ran before StartBuild answered")
	}
	r.clock.Run()
	want := map[string]string{"WORK_BUCKET": "work", "SLIPWAY_JOB": "jobs/d/s/1/job.json", "CODEBUILD_BUILD_ID": *out.Build.Id, "CODEBUILD_BUILD_ARN": *out.Build.Arn}
	if len(r.ran) != 1 || !maps.Equal(r.ran[0], want) {
		t.Errorf("ran with %v, want %v", r.ran, want)
	}
	if r.statuses() != "IN_PROGRESS SUCCEEDED" {
		t.Errorf("events %s", r.statuses())
	}
	got, err := r.client.BatchGetBuilds(ctx, &sdk.BatchGetBuildsInput{Ids: []string{*out.Build.Arn, "scripts:none"}})
	r.must(err)
	if len(got.Builds) != 1 || got.Builds[0].BuildStatus != types.StatusTypeSucceeded || !got.Builds[0].BuildComplete || len(got.BuildsNotFound) != 1 {
		t.Errorf("BatchGetBuilds = %+v", got)
	}
}

func TestTheEventIsCodeBuilds(t *testing.T) {
	r := newRig(t)
	r.build()
	r.clock.Run()
	detail, err := json.Marshal(r.events[1])
	r.must(err)
	want := `{"build-status":"SUCCEEDED","project-name":"scripts","build-id":"arn:aws:codebuild:us-east-1:000000000000:build/scripts:id-1",` +
		`"additional-information":{"build-complete":true,"initiator":"manager1","build-start-time":"Mar 1, 2026 12:00:00 PM","build-number":1,"timeout-in-minutes":60,` +
		`"environment":{"image":"slipway/local","type":"LINUX_CONTAINER","compute-type":"BUILD_GENERAL1_SMALL","privileged-mode":false,` +
		`"environment-variables":[{"name":"WORK_BUCKET","value":"work","type":"PLAINTEXT"},{"name":"SLIPWAY_JOB","value":"none","type":"PLAINTEXT"}]}},` +
		`"current-phase":"COMPLETED","current-phase-context":"[]","version":"1"}`
	if string(detail) != want || !r.events[1].Time.Equal(epoch) {
		t.Errorf("the event is\n%s, want\n%s", detail, want)
	}
}

func TestABuildTellsOfTheMachineThatWasAskedForAndRunsOnThisOne(t *testing.T) {
	r := newRig(t)
	start := func(image string) (*sdk.StartBuildOutput, error) {
		return r.client.StartBuild(ctx, &sdk.StartBuildInput{ProjectName: aws.String("scripts"), IdempotencyToken: aws.String("t"), ImageOverride: &image,
			ComputeTypeOverride: types.ComputeTypeBuildGeneral1Large, EnvironmentTypeOverride: types.EnvironmentTypeArmContainer,
			ImagePullCredentialsTypeOverride: types.ImagePullCredentialsTypeServiceRole})
	}
	out, err := start("node:22")
	r.must(err)
	if _, err := start("node:24"); err == nil || !strings.Contains(err.Error(), "used with other parameters") {
		t.Errorf("the token with another image = %v", err)
	}
	r.clock.Run()
	got, err := r.client.BatchGetBuilds(ctx, &sdk.BatchGetBuildsInput{Ids: []string{*out.Build.Id}})
	r.must(err)
	if e := got.Builds[0].Environment; *e.Image != "node:22" || e.ComputeType != types.ComputeTypeBuildGeneral1Large || e.Type != types.EnvironmentTypeArmContainer ||
		e.ImagePullCredentialsType != types.ImagePullCredentialsTypeServiceRole || len(r.ran) != 1 {
		t.Errorf("the build's environment is %+v, %d ran", e, len(r.ran))
	}
	if e := r.events[1].Information.Environment; e.Image != "node:22" || e.ComputeType != "BUILD_GENERAL1_LARGE" {
		t.Errorf("the event's environment is %+v", e)
	}
}

func TestABuildEndsAsItsCommandDid(t *testing.T) {
	for want, command := range map[string]func(context.Context, map[string]string) error{
		"FAILED":    func(context.Context, map[string]string) error { return errors.New("exit 1") },
		"FAULT":     func(context.Context, map[string]string) error { panic("broken") },
		"SUCCEEDED": func(context.Context, map[string]string) error { return nil },
	} {
		r := newRig(t)
		r.command = command
		r.build()
		r.clock.Run()
		if r.statuses() != "IN_PROGRESS "+want {
			t.Errorf("events %s, want %s", r.statuses(), want)
		}
	}
}

func TestABuildThatIsStoppedEndsWithItsCommand(t *testing.T) {
	r := newRig(t)
	id := r.build()
	r.command = func(ctx context.Context, _ map[string]string) error {
		_, err := r.client.StopBuild(context.Background(), &sdk.StopBuildInput{Id: &id})
		r.must(err)
		<-ctx.Done()
		return ctx.Err()
	}
	r.clock.Run()
	if r.statuses() != "IN_PROGRESS STOPPED" {
		t.Errorf("events %s", r.statuses())
	}
	out, err := r.client.StopBuild(ctx, &sdk.StopBuildInput{Id: &id})
	if err != nil || out.Build.BuildStatus != types.StatusTypeStopped || len(r.events) != 2 {
		t.Errorf("stopping again = %+v, %v", out, err)
	}
}

func TestABuildThatIsStoppedBeforeItBeginsNeverRuns(t *testing.T) {
	r := newRig(t)
	id := r.build()
	_, err := r.client.StopBuild(ctx, &sdk.StopBuildInput{Id: &id})
	r.must(err)
	r.clock.Run()
	if r.statuses() != "IN_PROGRESS STOPPED" || len(r.ran) != 0 {
		t.Errorf("events %s, %d runs", r.statuses(), len(r.ran))
	}
}

func TestABuildThatTakesTooLongTimesOut(t *testing.T) {
	r := newRig(t)
	r.command = func(ctx context.Context, _ map[string]string) error {
		r.clock.RunUntil(epoch.Add(time.Hour)) // the command takes its time
		<-ctx.Done()
		return ctx.Err()
	}
	r.build()
	r.clock.Run()
	if r.statuses() != "IN_PROGRESS TIMED_OUT" || !r.events[1].Time.Equal(epoch.Add(time.Hour)) {
		t.Errorf("events %s at %s", r.statuses(), r.events[1].Time)
	}
}

func TestARestartEndsWhatRanAndBeginsWhatWaited(t *testing.T) {
	r := newRig(t)
	ran := r.build()
	r.dieRunning()
	waited := r.build() // and the process dies before it begins
	r.start()
	r.command = func(context.Context, map[string]string) error { return nil }
	r.must(r.Resume())
	r.clock.Run()
	got := map[string]string{}
	for _, e := range r.events {
		got[e.BuildARN] += e.Status + " "
	}
	const arn = "arn:aws:codebuild:us-east-1:000000000000:build/"
	if got[arn+ran] != "IN_PROGRESS FAULT " || got[arn+waited] != "IN_PROGRESS SUCCEEDED " {
		t.Errorf("events %v", got)
	}
	r.must(r.Resume())
	if len(r.events) != 4 {
		t.Error("resuming again changed something")
	}
}

// dieRunning runs the clock until a build's command is under way, and then goes back to
// what the store held at that moment, as a process that dies leaves it.
func (r *rig) dieRunning() {
	r.t.Helper()
	left := store.NewMemory()
	r.command = func(context.Context, map[string]string) error { return copyTables(r.store, left) }
	r.clock.Run()
	if len(r.ran) != 1 {
		r.t.Fatalf("%d commands ran", len(r.ran))
	}
	r.store, r.events = left, r.events[:1]
	r.start()
}

func copyTables(from, to store.Store) error {
	return from.View(func(old store.Tx) error {
		return to.Update(func(tx store.Tx) error {
			for _, table := range []string{"codebuild/projects", "codebuild/builds", "codebuild/numbers", "codebuild/active"} {
				for key, value := range old.Scan(table, nil) {
					tx.Put(table, key, value)
				}
			}
			return nil
		})
	})
}

func TestClosingFaultsWhatRunsAndKeepsWhatWaits(t *testing.T) {
	r := newRig(t)
	r.build()
	r.build()
	r.command = func(ctx context.Context, _ map[string]string) error {
		r.Close()
		<-ctx.Done()
		return ctx.Err()
	}
	r.clock.Run()
	if r.statuses() != "IN_PROGRESS IN_PROGRESS FAULT" || len(r.ran) != 1 {
		t.Errorf("events %s, %d runs", r.statuses(), len(r.ran))
	}
	r.start()
	r.command = func(context.Context, map[string]string) error { return nil }
	r.must(r.Resume())
	r.clock.Run()
	if r.statuses() != "IN_PROGRESS IN_PROGRESS FAULT SUCCEEDED" {
		t.Errorf("events %s", r.statuses())
	}
}

func TestARepeatedTokenStartsNoOtherBuildForFiveMinutes(t *testing.T) {
	r := newRig(t)
	start := func(token, job string) (string, error) {
		out, err := r.client.StartBuild(ctx, &sdk.StartBuildInput{ProjectName: aws.String("scripts"), IdempotencyToken: &token,
			EnvironmentVariablesOverride: []types.EnvironmentVariable{{Name: aws.String("SLIPWAY_JOB"), Value: &job}}})
		if err != nil {
			return "", err
		}
		return *out.Build.Id, nil
	}
	first, err := start("t", "a")
	r.must(err)
	other, err := start("u", "a")
	r.must(err)
	r.clock.RunUntil(epoch.Add(5 * time.Minute))
	if again, err := start("t", "a"); err != nil || again != first || other == first {
		t.Errorf("repeating the token = %s, %v, want %s", again, err, first)
	}
	var mismatch *types.InvalidInputException
	if _, err := start("t", "b"); !errors.As(err, &mismatch) {
		t.Errorf("the token with other parameters = %v", err)
	}
	r.clock.RunUntil(epoch.Add(5*time.Minute + time.Second))
	if later, err := start("t", "a"); err != nil || later == first {
		t.Errorf("the token after its time = %s, %v", later, err)
	}
}

func TestBuildsAreListedNewestFirstInPages(t *testing.T) {
	r := newRig(t)
	r.must(r.Create(codebuild.ProjectSpec{Name: "scripts-2", BuildSpec: script.BuildSpec}))
	var want []string
	for range 101 {
		want = append([]string{r.build()}, want...)
	}
	_, err := r.client.StartBuild(ctx, &sdk.StartBuildInput{ProjectName: aws.String("scripts-2")})
	r.must(err)
	var got []string
	pages := sdk.NewListBuildsForProjectPaginator(r.client, &sdk.ListBuildsForProjectInput{ProjectName: aws.String("scripts")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		r.must(err)
		got = append(got, page.Ids...)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("listed %q", got)
	}
}

func TestManyGoroutinesOnTheWallClock(t *testing.T) {
	const builds = 20
	wall := clock.NewWall()
	var ids atomic.Int64
	ended := make(chan string, builds)
	e := codebuild.New(codebuild.Config{Store: store.NewMemory(), Clock: wall,
		NewID: func() string { return fmt.Sprint("id-", ids.Add(1)) },
		Run:   func(context.Context, map[string]string) error { return nil },
		Changed: func(_ store.Tx, c codebuild.StateChange) {
			if c.Information.Complete {
				ended <- c.BuildARN
			}
		}})
	if err := e.Create(codebuild.ProjectSpec{Name: "scripts", BuildSpec: script.BuildSpec}); err != nil {
		t.Fatal(err)
	}
	for range builds {
		go func() {
			request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"projectName":"scripts"}`))
			request.Header.Set("X-Amz-Target", "CodeBuild_20161006.StartBuild")
			e.ServeHTTP(httptest.NewRecorder(), request)
		}()
	}
	seen := map[string]bool{}
	for range builds {
		seen[<-ended] = true
	}
	wall.Stop()
	if len(seen) != builds {
		t.Errorf("%d builds ended", len(seen))
	}
}
