package local_test

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/schedule"
)

// A timetable is the schedule of a runbook.
type timetable struct{ expression, zone string }

// yearly are runbooks whose schedules the clocks of their zones disturb: at 02:30 in
// Zurich and New York there is a Sunday without that time, and one with two of them. The
// runs of patrol take a week, where one is due every four days.
func yearly() (tables map[string]timetable, runbooks []runbookFile) {
	tables = map[string]timetable{
		"zurich-night":   {"cron(30 2 ? * SUN *)", "Europe/Zurich"},
		"zurich-morning": {"cron(0 3 ? * SUN *)", "Europe/Zurich"},
		"new-york":       {"cron(30 2 ? * SUN *)", "America/New_York"},
		"patrol":         {"rate(4 days)", "UTC"},
		"once":           {"at(2027-03-28T03:00:00)", "Europe/Zurich"},
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		settings := []string{"schedule: " + tables[name].expression, "timezone: " + tables[name].zone}
		steps := []string{lookStep}
		if name == "patrol" {
			settings = append(settings, "concurrency: skip")
			steps = []string{"{ name: linger, uses: wait, with: { for: 7d } }"}
		}
		runbooks = append(runbooks, runbook(name, steps, settings...))
	}
	return tables, runbooks
}

// slots returns the slots of s up to end, of a schedule that is made at created.
func (s timetable) slots(t *testing.T, created, end time.Time) (all []string) {
	t.Helper()
	x, err := schedule.Parse(s.expression, s.zone)
	if err != nil {
		t.Fatal(err)
	}
	slot, ok := x.First(nil, created)
	for ok && !slot.After(end) {
		all = append(all, slot.UTC().Format(time.RFC3339))
		slot, ok = x.Next(slot)
	}
	return all
}

// The time for which new-york is paused.
var (
	pausedAt  = time.Date(2027, time.March, 1, 12, 0, 0, 0, time.UTC)
	resumedAt = time.Date(2027, time.April, 1, 12, 0, 0, 0, time.UTC)
)

// until lets the runbooks run from dawn to end.
func until(t *testing.T, end time.Time) *world {
	t.Helper()
	_, runbooks := yearly()
	w := newWorld(t, 1, nil)
	w.apply("ops", ops(runbooks...))
	for at, what := range map[time.Time]string{pausedAt: "pause", resumedAt: "resume"} {
		w.clock.At(at, func() {
			if status := w.operate(manager, "new-york", what); status != http.StatusOK {
				t.Errorf("%s is answered with %d", what, status)
			}
		})
	}
	w.clock.RunUntil(end)
	return w
}

func TestAYearGivesEachSlotOnceThroughTheChangesOfClocks(t *testing.T) {
	t.Parallel()
	end := dawn.AddDate(1, 0, 0)
	w := until(t, end)
	w.apply("ops", ops())
	w.run(8 * 24 * time.Hour)
	w.check()
	came := map[string][]string{} // by runbook: the slots, and what came of each
	for _, e := range happened[events.RunbookRequested](w) {
		slot := e.Trigger.Slot.Format(time.RFC3339)
		came[e.Runbook] = append(came[e.Runbook], slot)
	}
	skipped := 0
	for _, e := range happened[events.RunbookSkipped](w) {
		came[e.Runbook] = append(came[e.Runbook], e.Trigger.Slot.Format(time.RFC3339))
		skipped++
		if want := " goes on in dev, and the runbook's concurrency is skip"; !strings.HasSuffix(e.Reason, want) {
			t.Errorf("slot %s of %s is skipped: %s", e.Trigger.Slot, e.Runbook, e.Reason)
		}
	}
	tables, _ := yearly()
	for name, table := range tables {
		want := table.slots(t, dawn, end)
		if name == "new-york" {
			want = slices.DeleteFunc(want, func(slot string) bool {
				return slot > pausedAt.Format(time.RFC3339) && slot < resumedAt.Format(time.RFC3339)
			})
		}
		if slices.Sort(came[name]); !slices.Equal(came[name], want) {
			t.Errorf("%d slots of %s came, of %d: %s", len(came[name]), name, len(want), difference(came[name], want))
		}
	}
	runs := happened[events.RunbookFinished](w)
	t.Logf("%d runs, %d slots skipped", len(runs), skipped)
	if i := slices.IndexFunc(runs, func(e events.RunbookFinished) bool { return e.Status != string(pipeline.StatusSucceeded) }); i >= 0 {
		t.Errorf("run %+v", runs[i])
	}
	winter := until(t, time.Date(2027, time.February, 1, 0, 0, 0, 0, time.UTC))
	if !bytes.HasPrefix(w.trace(), winter.trace()) {
		t.Error("a year of the same seed begins with another trace")
	}
}
