package local_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"
	sfn "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
	"slipway/functions/api"
)

func TestRunsQueueForTheirEnvironment(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("drill", []string{lingerStep}, "environments: [dev, staging]"))
	for _, environment := range []string{"dev", "dev", "staging", "dev"} {
		if _, status := w.startRun(manager, "drill", api.RunRequest{Environment: environment}); status != http.StatusOK {
			t.Fatalf("a run is answered with %d", status)
		}
	}
	for _, want := range []string{"running queued running queued", "succeeded running succeeded queued", "succeeded succeeded succeeded running", "succeeded succeeded succeeded succeeded"} {
		w.run(10 * time.Minute)
		w.checkSoFar()
		w.wantsRuns("drill", strings.Fields(want)...)
		w.run(2 * time.Hour)
	}
	w.check()
}

func TestARunThatMayNotQueueIsSkippedAndToldWhy(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("drill", []string{lingerStep}, "concurrency: skip", "schedule: rate(1 hour)"))
	w.run(time.Hour + 30*time.Minute)
	var refusal api.Error
	if status := w.ask(manager, http.MethodPost, "/projects/ops/runbooks/drill/runs", api.RunRequest{Environment: "dev"}, &refusal); status != http.StatusForbidden ||
		refusal.Error.Message != "run ops_drill_1 goes on in dev, and the runbook's concurrency is skip" {
		t.Errorf("by hand it is answered with %d: %s", status, refusal.Error.Message)
	}
	w.apply("ops", ops(runbook("drill", []string{lingerStep})))
	w.run(4 * time.Hour)
	w.check()
	w.wantsRuns("drill", "succeeded")
	if skipped := happened[events.RunbookSkipped](w); len(skipped) != 1 || skipped[0].Reason != refusal.Error.Message {
		t.Errorf("skipped: %+v", skipped)
	}
}

// TestTheNewestRunReplacesTheOthers has two runs come while one goes on.
func TestTheNewestRunReplacesTheOthers(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("drill", []string{lingerStep, lookStep}, "concurrency: replace"))
	w.startedRun("drill")
	w.run(10 * time.Minute)
	w.startedRun("drill")
	w.startedRun("drill")
	w.wantsRuns("drill", "running", "cancelled", "queued")
	w.run(time.Minute)
	w.wantsRuns("drill", "cancelled", "cancelled", "running")
	w.run(3 * time.Hour)
	w.check()
	w.wantsRuns("drill", "cancelled", "cancelled", "succeeded")
	first := w.runIs("ops_drill_1")
	if first.Reason != "replaced by run ops_drill_2" || w.runIs("ops_drill_2").Reason != "replaced by run ops_drill_3" {
		t.Errorf("the first ends because %q", first.Reason)
	}
	if len(first.Steps) != 1 || first.Steps[0].Error != "Cancelled" {
		t.Errorf("the steps of the first are %s", asJSON(first.Steps))
	}
	if got := w.runExecution(first.ID).Status; got != sfn.ExecutionStatusSucceeded {
		t.Errorf("the execution of the first is %s, want SUCCEEDED: it is no fault", got)
	}
}

// TestARunIsCancelledByHand cancels a run in each state that it may have; another waits for it.
func TestARunIsCancelledByHand(t *testing.T) {
	t.Parallel()
	slow := scriptStep("slow", "true") // its end is told an hour late, and it can't be cancelled
	for name, c := range map[string]struct {
		steps []string
		which string        // is cancelled
		soon  time.Duration // after which the run has ended
		want  string
	}{
		"while it waits":                  {[]string{lingerStep, lookStep}, "ops_drill_2", 0, "running cancelled"},
		"in a step that can be cancelled": {[]string{lingerStep, lookStep}, "ops_drill_1", time.Minute, "cancelled running"},
		"in a step that is tried again":   {[]string{strings.Replace(lingerStep, " }", " }, retry: 2", 1), lookStep}, "ops_drill_1", time.Minute, "cancelled running"},
		"in a step that ends by itself":   {[]string{slow, lookStep}, "ops_drill_1", time.Hour, "cancelled running"},
		"in its last step":                {[]string{slow}, "ops_drill_1", time.Hour, "succeeded running"},
		"while it asks for approval":      {[]string{confirmStep, lookStep}, "ops_drill_1", time.Minute, "cancelled running"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newOps(newWorld(t, 1, lateWith(buildEvents)), runbook("drill", c.steps))
			w.startedRun("drill")
			w.startedRun("drill")
			w.run(10 * time.Minute)
			for range 2 { // the second time changes nothing
				if status := w.cancel(manager2, "/runs/"+c.which); status != http.StatusOK {
					t.Errorf("it is answered with %d", status)
				}
				if c.soon == 0 {
					break
				}
			}
			w.run(c.soon)
			w.wantsRuns("drill", strings.Fields(c.want)...)
			if r := w.runIs(c.which); strings.Contains(c.want, "cancelled") && r.Reason != "cancelled by manager2: a drill" {
				t.Errorf("it ends because %q", r.Reason)
			}
			if status := w.cancel(manager2, "/runs/"+c.which); status != http.StatusConflict {
				t.Errorf("after its end it is answered with %d", status)
			}
			w.run(7 * 24 * time.Hour)
			w.check()
			if got := w.runExecution("ops_drill_1").Status; got != sfn.ExecutionStatusSucceeded {
				t.Errorf("its execution is %s, want SUCCEEDED: it is no fault", got)
			}
		})
	}
}

// TestARunWhoseExecutionIsStoppedMakesWay stops it as an operator does in the console.
func TestARunWhoseExecutionIsStoppedMakesWay(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("drill", []string{lingerStep, lookStep}))
	w.startedRun("drill")
	w.startedRun("drill")
	w.run(10 * time.Minute)
	_, err := awssfn.NewFromConfig(w.stack.Configuration(manager)).StopExecution(context.Background(),
		&awssfn.StopExecutionInput{ExecutionArn: w.runExecution("ops_drill_1").ExecutionArn})
	if err != nil {
		t.Fatal(err)
	}
	w.run(time.Minute)
	w.wantsRuns("drill", "cancelled", "running")
	w.run(5 * time.Hour)
	w.check()
	w.wantsRuns("drill", "cancelled", "succeeded")
	r := w.runIs("ops_drill_1")
	if !strings.Contains(r.Reason, "stopped in Step Functions") {
		t.Errorf("it ends because %q", r.Reason)
	}
	if len(r.Steps) != 1 || r.Steps[0].Error != "Cancelled" {
		t.Errorf("nobody waits for its step any more, which is %s", asJSON(r.Steps))
	}
}

func TestRunsOfARunbookThatIsRemovedGoOn(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("drill", []string{lingerStep, lookStep}))
	w.startedRun("drill")
	w.startedRun("drill")
	w.apply("ops", ops())
	w.run(5 * time.Hour)
	w.check()
	w.wantsRuns("drill", "succeeded", "succeeded")
	if _, status := w.startRun(manager, "drill", api.RunRequest{}); status != http.StatusNotFound {
		t.Errorf("another run is answered with %d", status)
	}
}

// TestADeploymentIsCancelledByHand cancels the deployment of a release in each state
// that it may have; that of the next release then has the environment.
func TestADeploymentIsCancelledByHand(t *testing.T) {
	t.Parallel()
	slow := scriptStep("slow", "true")
	manual := strings.Replace(devPhase, "automatic", "on-request", 1)
	asking := strings.Replace(manual, "on-request }", "on-request, approval: { quorum: 1, approvers: [release-managers], timeout: 72h } }", 1)
	for name, c := range map[string]struct {
		phase, step string
		which       string
		before      string        // its status
		soon        time.Duration // after which it has ended
		want        string        // of both then
	}{
		"while it asks for approval":      {asking, lookStep, "shop_1_dev_1", "awaiting-approval", 0, "cancelled awaiting-approval"},
		"while it waits":                  {manual, lingerStep, "shop_2_dev_1", "queued", 0, "running cancelled"},
		"in a step that can be cancelled": {manual, lingerStep, "shop_1_dev_1", "running", time.Minute, "cancelled running"},
		"in a step that asks":             {manual, confirmStep, "shop_1_dev_1", "running", time.Minute, "cancelled running"},
		"in a step that ends by itself":   {manual, slow, "shop_1_dev_1", "running", time.Hour, "cancelled running"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1, lateWith(buildEvents))
			w.apply("shop", projectFile{"shop", []string{c.phase}, []string{c.step, siteStep}}.String())
			for _, version := range []string{"1.0.0", "1.1.0"} {
				w.push("shop", version, site(version))
				w.run(time.Minute)
				w.promote(developer, "shop", version, "dev")
				w.run(time.Minute)
			}
			if d := w.deployment(c.which); d.Status != c.before {
				t.Fatalf("it is %s", d.Status)
			}
			if status := w.cancel(manager2, "/deployments/"+c.which); status != http.StatusOK {
				t.Errorf("it is answered with %d", status)
			}
			w.run(c.soon)
			first, second, _ := strings.Cut(c.want, " ")
			w.wants("shop_1_dev_1 "+first, "shop_2_dev_1 "+second)
			if d := w.deployment(c.which); d.Reason != "cancelled by manager2: a drill" {
				t.Errorf("it ends because %q", d.Reason)
			}
			if status := w.cancel(manager2, "/deployments/"+c.which); status != http.StatusConflict {
				t.Errorf("after its end it is answered with %d", status)
			}
			w.run(14 * 24 * time.Hour)
			w.check()
			if got := w.deployExecution(c.which).Status; got != sfn.ExecutionStatusSucceeded {
				t.Errorf("its execution is %s, want SUCCEEDED: it is no fault", got)
			}
		})
	}
}

func TestADeploymentIsCancelledWhileItSoaks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, nil)
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(10 * time.Minute)
	if status := w.cancel(manager2, "/deployments/shop_1_production_1"); status != http.StatusOK {
		t.Errorf("it is answered with %d", status)
	}
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_1_staging_1 succeeded", "shop_1_production_1 cancelled")
	if got := w.deployExecution("shop_1_production_1").Status; got != sfn.ExecutionStatusSucceeded {
		t.Errorf("its execution is %s, want SUCCEEDED: it is no fault", got)
	}
	w.promote(developer, "shop", "1.0.0", "production")
	w.settle("shop")
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_1_staging_1 succeeded", "shop_1_production_1 cancelled", "shop_1_production_2 succeeded")
}
