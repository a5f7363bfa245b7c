package local_test

import (
	"fmt"
	"testing"
	"time"

	"slipway/infra/local"
)

// once lets a schedule start a run whose step is done elsewhere.
func once(w *world) {
	newOps(w, runbook("rounds", []string{lingerStep}, "schedule: at(2026-11-22T12:00:00)"))
	w.run(24 * time.Hour)
	w.wantsRuns("rounds", "succeeded")
}

// rounds lets a schedule start a run, and an event another one, which waits for it. The
// step that is done elsewhere may wait for as long as events are late.
func rounds(w *world) {
	newOps(w, runbook("rounds", []string{lookStep, "{ name: linger, uses: wait, timeout: 8h, with: { for: 7h } }"},
		"schedule: at(2026-11-22T12:00:00)", "on: { event: { detail-type: [project.rejected.v1] } }"))
	w.clock.RunUntil(dawn.Add(3*time.Hour + latest))
	w.apply("ops", "project: ops\n")
	w.run(3 * 24 * time.Hour)
	w.wantsRuns("rounds", "succeeded", "succeeded")
}

// replacing lets a run replace another, and a person cancel it.
func replacing(w *world) {
	newOps(w, runbook("drill", []string{lingerStep, lookStep}, "concurrency: replace"))
	w.startedRun("drill")
	w.run(30 * time.Minute)
	w.startedRun("drill")
	w.run(30 * time.Minute)
	w.cancel(manager, "/runs/ops_drill_2")
	w.run(24 * time.Hour)
	w.wantsRuns("drill", "cancelled", "cancelled")
}

func TestACrashAtAnyCallOfARunChangesNothing(t *testing.T) {
	crashEverywhere(t, once, nil, "startrunbook", "runstep", "resumestep", "finishrun")
}

func TestACrashWhileRunsAreReplacedAndCancelledChangesNothing(t *testing.T) {
	crashEverywhere(t, replacing, nil, "cancelsteps", "finishrun")
}

func TestCrashesWhileTriggersAreMadeLeaveThemAsTheFileSays(t *testing.T) {
	const seeds = 12
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			c := randomCrashes(seed)
			c.only = []string{"applyproject"}
			c.under(t, func(w *world) {
				for _, runbooks := range [][]runbookFile{{nightly()}, {incident()}} {
					w.apply("ops", ops(runbooks...))
					w.run(time.Hour)
					w.checkTriggers()
				}
			}, nil)
		})
	}
}

// TestCrashesAmongLateAndRepeatedEventsOfRunsEndAlike has both kinds of faults at once.
func TestCrashesAmongLateAndRepeatedEventsOfRunsEndAlike(t *testing.T) {
	want := new(crash).under(t, rounds, nil)
	const seeds = 12
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			if diff := difference(randomCrashes(seed).under(t, rounds, unreliable(seed).Deliver), want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEventsOfRunsThatComeAgainMuchLaterChangeNothing repeats all that each of the
// functions gets that events of runs set off.
func TestEventsOfRunsThatComeAgainMuchLaterChangeNothing(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"StartRunbook", "CancelSteps", "ResumeStep", "FinishRun"} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			d := &twice{function: "Slipway-" + function}
			w := newWorld(t, 1, &local.Rehearsal{Deliver: d.deliver})
			rounds(w)
			before := w.picture()
			w.run(2 * muchLater)
			w.check()
			if diff := difference(w.picture(), before); diff != "" {
				t.Errorf("%d events that came again leave\n%s", d.n, diff)
			}
		})
	}
}
