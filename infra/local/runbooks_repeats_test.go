package local_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/local"
	"slipway/shared/trigger"
)

// thrice delivers events that hold text three times: at once, an hour later, and weeks later.
func thrice(text string) *local.Rehearsal {
	return &local.Rehearsal{Deliver: func(_ string, event []byte) []time.Duration {
		if strings.Contains(string(event), text) {
			return []time.Duration{0, time.Hour, muchLater}
		}
		return []time.Duration{0}
	}}
}

func TestASlotThatIsDeliveredThreeTimesRunsOnce(t *testing.T) {
	t.Parallel()
	daily := runbook("nightly", []string{lookStep}, "schedule: at(2026-11-23T03:00:00)", "timezone: Europe/Zurich", "environments: [dev, staging]")
	w := newOps(newWorld(t, 1, thrice(trigger.Due)), daily)
	w.run(2 * muchLater)
	w.check()
	w.wantsRuns("nightly", "succeeded", "succeeded")
	for i, environment := range []string{"dev", "staging"} {
		r := w.runs("ops", "nightly")[i]
		if r.Environment != environment || r.Trigger.Kind != "schedule" || *r.Trigger.Slot != "2026-11-23T02:00:00Z" || r.RequestedBy != "slipway" {
			t.Errorf("run %s is %s", r.ID, asJSON(r))
		}
	}
}

// TestASlotOfARunThatIsForgottenRunsOnce has the slot come again after its run is no longer kept.
func TestASlotOfARunThatIsForgottenRunsOnce(t *testing.T) {
	t.Parallel()
	daily := runbook("nightly", []string{lookStep}, "schedule: cron(0 3 * * ? *)", "keep: 2")
	w := newOps(newWorld(t, 1, thrice(trigger.Due)), daily)
	w.run(9 * 24 * time.Hour)
	w.apply("ops", ops(runbook("nightly", []string{lookStep}, "keep: 2")))
	w.run(2 * muchLater)
	w.check()
	if n := len(happened[events.RunbookRequested](w)); n != 9 {
		t.Errorf("%d runs of 9 slots", n)
	}
	w.wantsRuns("nightly", "succeeded", "succeeded")
}

// TestWhatComesLateOfARunThatIsForgottenIsPassedOver repeats what the steps of runs are
// told, after the runs have gone.
func TestWhatComesLateOfARunThatIsForgottenIsPassedOver(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"ResumeStep", "CancelSteps", "StartRunbook", "FinishRun"} {
		d := &twice{function: "Slipway-" + function}
		w := newOps(newWorld(t, 1, &local.Rehearsal{Deliver: d.deliver}), runbook("drill", []string{lingerStep, confirmStep}, "keep: 1", "concurrency: replace"))
		for range 3 {
			w.startedRun("drill")
			w.run(3 * time.Hour)
		}
		w.cancel(manager, "/runs/ops_drill_3")
		w.run(2 * muchLater)
		w.check()
		w.wantsRuns("drill", "cancelled")
	}
}

func TestTheEventOfAnAlarmThatIsDeliveredThreeTimesRunsOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"CloudWatch Alarm State Change", trigger.Happened} {
		w := newOps(newWorld(t, 1, thrice(text)), runbook("incident", []string{"{ name: linger, uses: wait, with: { for: 1m } }"}, "on: { alarm: "+apiErrors+" }"))
		w.setAlarm("ALARM")
		w.run(2 * muchLater)
		w.wantsRuns("incident", "succeeded")
		w.setAlarm("OK")
		w.setAlarm("ALARM")
		w.run(2 * muchLater)
		w.check()
		w.wantsRuns("incident", "succeeded", "succeeded")
		if r := w.runs("ops", "incident")[0]; r.Trigger.Kind != "event" || r.Trigger.Alarm != apiErrors || r.Trigger.Event != w.raised()[0] {
			t.Errorf("the trigger is %s, want event %s", asJSON(r.Trigger), w.raised()[0])
		}
	}
}

func TestARequestWithTheSameTokenRunsOnce(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("restart", []string{lookStep}))
	ask := func(as, token string) string {
		t.Helper()
		made, status := w.startRun(as, "restart", api.RunRequest{Token: token})
		if status != http.StatusOK {
			t.Fatalf("it is answered with %d", status)
		}
		return made.ID
	}
	first := ask(manager, "x")
	if again := ask(manager, "x"); again != first {
		t.Errorf("it makes %s, and again %s", first, again)
	}
	w.run(time.Hour)
	if again := ask(manager, "x"); again != first {
		t.Errorf("an hour later it makes %s", again)
	}
	if other := ask(manager, "y"); other == first {
		t.Error("another token makes the same run")
	}
	if other := ask(developer, "x"); other == first {
		t.Error("the token of another person makes the same run")
	}
	w.run(time.Hour)
	w.check()
	w.wantsRuns("restart", "succeeded", "succeeded", "succeeded")
}
