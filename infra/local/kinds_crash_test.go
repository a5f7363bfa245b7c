package local_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// ends plays a run of ops of these steps, with what happens meanwhile, and asserts how
// it ends.
func ends(status pipeline.Status, meanwhile func(*world, string), steps ...string) scenario {
	return func(w *world) {
		newOps(w, runbook("try", steps))
		w.machineOf(waitState + `"Last":{"Type":"Succeed","Output":{"count":2}}`)
		r := w.try(10 * time.Minute)
		meanwhile(w, r.ID)
		w.run(6 * time.Hour)
		if r = w.runIs(r.ID); r.Status != string(status) {
			w.t.Errorf("run %s is %s: %s", r.ID, r.Status, r.Reason)
		}
	}
}

func nothing(*world, string) {}

func TestACrashAroundATimerChangesNothing(t *testing.T) {
	crashEverywhere(t, ends(pipeline.StatusSucceeded, nothing, "{ name: linger, uses: wait, with: { until: 2026-11-22T10:00:00Z } }"), nil, "resumestep")
}

func TestACrashAroundAWatchChangesNothing(t *testing.T) {
	raised := ends(pipeline.StatusFailed, func(w *world, _ string) { w.setAlarm(types.StateValueAlarm) },
		"{ name: watch, uses: alarm, with: { alarms: "+apiErrors+", for: 5h } }")
	crashEverywhere(t, raised, nil, "runstep", "resumestep")
}

func TestACrashAroundAnApprovalOfAStepChangesNothing(t *testing.T) {
	approved := ends(pipeline.StatusSucceeded, func(w *world, run string) {
		w.decideStep(manager2, w.runIs(run), pipeline.DecisionApprove)
	}, confirmStep)
	crashEverywhere(t, approved, nil, "runstep")
}

func TestACrashAroundANestedExecutionStartsItOnce(t *testing.T) {
	run := ends(pipeline.StatusSucceeded, nothing, "{ name: settle, uses: state-machine, with: { state-machine: settle } }")
	crashEverywhere(t, func(w *world) {
		run(w)
		w.wantsExecutions("SUCCEEDED: nothing")
	}, nil, "runstep", "resumestep")
}

// TestACrashAroundADeploymentThatAStepAsksForAsksOnce has the deployment's own step
// crash, too.
func TestACrashAroundADeploymentThatAStepAsksForAsksOnce(t *testing.T) {
	crashEverywhere(t, func(w *world) {
		newOps(w, runbook("try", []string{deployStep("dev")}))
		w.apply("shop", projectFile{"shop", []string{strings.Replace(devPhase, "automatic", "on-request", 1)}, []string{lookStep}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(time.Minute)
		if r := w.try(6 * time.Hour); r.Status != string(pipeline.StatusSucceeded) {
			w.t.Errorf("the run is %s: %s", r.Status, r.Reason)
		}
	}, nil, "runstep", "resumestep")
}

// TestACrashAroundACleanUpRemovesTheSame tells nothing of the outputs, which are those
// of the last call.
func TestACrashAroundACleanUpRemovesTheSame(t *testing.T) {
	play := func(c *crash) {
		w := newWorld(t, 1, &local.Rehearsal{Call: c.transport})
		c.now = w.clock.Now
		for _, version := range []string{"1.0.0", "1.1.0", "1.2.0"} {
			w.pushImage(map[string]string{"version": version}, version)
			w.run(time.Minute)
		}
		newOps(w, runbook("try", []string{"{ name: tidy, uses: cleanup, with: { repository: " + repository + ", keep: 1 } }"}))
		r := w.try(time.Hour)
		w.check()
		if tags := w.tags(); r.Status != string(pipeline.StatusSucceeded) || tags != `["1.2.0"]` {
			t.Errorf("a crash at %s (late: %t) leaves %s, and the run %s: %s", c.victim, c.late, tags, r.Status, r.Reason)
		}
	}
	undisturbed := &crash{only: []string{"runstep"}}
	play(undisturbed)
	for at := 1; at <= undisturbed.calls; at++ {
		for _, late := range []bool{false, true} {
			play(&crash{only: []string{"runstep"}, at: at, late: late})
		}
	}
}
