package local_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
)

// watching is a file of ops whose runbook, which is published on request, looks at the
// alarm that a variable names, with further steps.
func watching(alarm string, further ...string) string {
	steps := append([]string{"{ name: look, uses: alarm, with: { alarms: [ '{WATCHED}' ] } }"}, further...)
	return ops(runbook("patrol", steps, "schedule: cron(0 12 * * ? *)", "publish: on-request", "run-by: [release-managers]", "draft-by: [developers]")) +
		"variables:\n  WATCHED: { value: " + alarm + " }\n"
}

// looked returns what a run has looked at, with the number of its steps.
func (w *world) looked(run string) (alarms string, steps int) {
	w.t.Helper()
	r := w.runIs(run)
	for _, s := range r.Steps {
		if s.Step == "look" {
			alarms = s.Outputs["alarms"]
		}
	}
	return alarms, len(r.Steps)
}

func TestTriggersRunTheVersionThatWasPublished(t *testing.T) {
	t.Parallel()
	const other = "Slipway-PromoteErrors"
	w := newWorld(t, 1, nil)
	w.apply("ops", watching(apiErrors))
	w.run(24 * time.Hour)
	if skipped := happened[events.RunbookSkipped](w); len(skipped) != 1 || skipped[0].Reason != "runbook patrol was never published: publish it with slipway runbook publish ops patrol" {
		t.Errorf("skipped: %+v", skipped)
	}
	if status := w.operate(developer, "patrol", "publish"); status != http.StatusOK {
		t.Errorf("publish is answered with %d", status)
	}
	w.run(24 * time.Hour)
	w.apply("ops", watching(other, "{ name: rest, uses: wait, with: { for: 1m } }"))
	w.run(24 * time.Hour)
	w.startedRun("patrol")
	if _, status := w.startRun(developer, "patrol", api.RunRequest{Draft: true}); status != http.StatusOK {
		t.Errorf("a draft is answered with %d", status)
	}
	w.run(time.Hour)
	w.check()
	w.operate(developer, "patrol", "publish")
	w.run(24 * time.Hour)
	w.check()
	for run, want := range map[string]struct {
		alarm string
		steps int
		draft bool
	}{
		"ops_patrol_1": {apiErrors, 1, false},
		"ops_patrol_2": {apiErrors, 1, false}, // while the file has moved on
		"ops_patrol_3": {apiErrors, 1, false}, // by hand
		"ops_patrol_4": {other, 2, true},
		"ops_patrol_5": {other, 2, false},
	} {
		alarm, steps := w.looked(run)
		if r := w.runIs(run); alarm != want.alarm || steps != want.steps || r.Draft != want.draft {
			t.Errorf("run %s looked at %q in %d steps, draft: %t; want %+v", run, alarm, steps, r.Draft, want)
		}
	}
	w.wantsRuns("patrol", "succeeded", "succeeded", "succeeded", "succeeded", "succeeded")
}

// TestWhoMayRunPublishAndPause asks in the names of several people.
func TestWhoMayRunPublishAndPause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, nil)
	w.apply("ops", watching(apiErrors))
	w.run(time.Minute)
	run := func(draft bool) func(as string) int {
		return func(as string) int {
			_, status := w.startRun(as, "patrol", api.RunRequest{Draft: draft})
			return status
		}
	}
	publish := func(as string) int { return w.operate(as, "patrol", "publish") }
	pause := func(as string) int { return w.operate(as, "patrol", "pause") }
	for _, c := range []struct {
		what string
		ask  func(as string) int
		want map[string]int
	}{
		{"run what was never published", run(false), map[string]int{manager: 403, developer: 403, stranger: 403, "": 403}},
		{"run the draft", run(true), map[string]int{developer: 200, manager: 403, stranger: 403, "": 403}},
		{"publish", publish, map[string]int{developer: 200, manager: 403, stranger: 403, "": 403}},
		{"run it", run(false), map[string]int{manager: 200, developer: 403, stranger: 403, "": 403}},
		{"pause it", pause, map[string]int{manager: 200, developer: 200, stranger: 403, "": 403}},
	} {
		for as, want := range c.want {
			if got := c.ask(as); got != want {
				t.Errorf("%q may %s: %d, want %d", as, c.what, got, want)
			}
		}
	}
	w.run(time.Hour)
	w.check()
	w.wantsRuns("patrol", "succeeded", "succeeded")
}

// TestAnOldRunOfAsManyStepsAsAFileHasGoes takes more than one write.
func TestAnOldRunOfAsManyStepsAsAFileHasGoes(t *testing.T) {
	t.Parallel()
	var steps []string
	for n := range 99 {
		steps = append(steps, fmt.Sprintf("{ name: rest-%d, uses: wait, with: { for: 1m } }", n))
	}
	w := newOps(newWorld(t, 1, nil), runbook("tidy", steps, "keep: 1"))
	for range 2 {
		w.startedRun("tidy")
		w.run(4 * time.Hour)
	}
	w.check()
	w.wantsRuns("tidy", "succeeded")
}

func TestOldRunsGoWithTheirLogsAndTheAuditStays(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), runbook("tidy", []string{lookStep, "{ name: rest, uses: wait, with: { for: 1m } }"}, "keep: 3"))
	for range 10 {
		w.startedRun("tidy")
		w.run(time.Hour)
	}
	w.check() // that only the first are gone, and that the audit tells of all
	w.wantsRuns("tidy", "succeeded", "succeeded", "succeeded")
	if n := len(happened[events.RunbookFinished](w)); n != 10 || w.runs("ops", "tidy")[0].ID != "ops_tidy_8" {
		t.Errorf("%d runs, the first that is kept is %s", n, w.runs("ops", "tidy")[0].ID)
	}
	if logs := read[api.LogReport](w, "/runs/ops_tidy_8/logs").Logs; len(logs) != 2 {
		t.Errorf("logs of a run that is kept: %+v", logs)
	}
	for _, path := range []string{"/runs/ops_tidy_7", "/runs/ops_tidy_7/logs"} {
		if status := w.ask(manager, http.MethodGet, path, nil, nil); status != http.StatusNotFound {
			t.Errorf("GET %s is answered with %d", path, status)
		}
	}
	var left []string
	for key := range maps.Keys(w.objects(w.stack.Outputs()["WorkBucket"], "")) {
		if strings.Contains(key, "ops_tidy_7/") || strings.Contains(key, "ops_tidy_1/") {
			left = append(left, key)
		}
	}
	if len(left) > 0 {
		t.Errorf("of runs that are gone there is left: %q", left)
	}
	again := w.startedRun("tidy")
	if again.ID != "ops_tidy_11" {
		t.Errorf("the next run is %s", again.ID)
	}
}
