package scheduler_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/scheduler"
	"slipway/shared/schedule"
)

// yearly are the schedules of the property below.
func yearly() []scheduler.Spec {
	all := []scheduler.Spec{spec("daily", "cron(30 2 * * ? *)"), spec("weekdays", "cron(0 0/3 ? * MON-FRI *)"), spec("monthly", "cron(0 0 LW * ? *)"),
		spec("rate", "rate(5 hours)"), spec("days", "rate(1 day)"), spec("window", "cron(15 6,18 * * ? *)"), spec("once", "at(2027-03-14T02:15:00)"), spec("ended", "rate(45 minutes)")}
	zones := []string{"Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Tokyo", "Pacific/Apia", "Asia/Kolkata", "UTC"}
	for i := range all {
		all[i].ScheduleExpressionTimezone = zones[i]
		if strings.HasPrefix(all[i].ScheduleExpression, "rate") {
			all[i].StartDate = pointer(start.Add(7 * time.Minute))
		}
	}
	all[5].FlexibleTimeWindow = scheduler.FlexibleTimeWindow{Mode: scheduler.WindowFlexible, MaximumWindowInMinutes: 600}
	all[7].EndDate = pointer(start.AddDate(0, 1, 0))
	return all
}

// slotsUntil returns the slots of s up to end, as its name and the time.
func slotsUntil(t *testing.T, s scheduler.Spec, end time.Time) map[string]bool {
	t.Helper()
	x, err := schedule.Parse(s.ScheduleExpression, s.ScheduleExpressionTimezone)
	if err != nil {
		t.Fatal(err)
	}
	slots := map[string]bool{}
	slot, ok := x.Next(start)
	if s.StartDate != nil {
		slot = *s.StartDate // a rate's first slot
	}
	for ok && !slot.After(end) && (s.EndDate == nil || !slot.After(*s.EndDate)) {
		slots[s.Name+" "+slot.Format(time.RFC3339)] = true
		slot, ok = x.Next(slot)
	}
	return slots
}

// ranSlots returns how often each slot was delivered.
func (r *rig) ranSlots() map[string]int {
	r.Helper()
	slots := map[string]int{}
	for _, payload := range r.kept("test/payloads") {
		_, body, _ := strings.Cut(payload, " ")
		var in struct{ S, T string }
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			r.Fatal(err)
		}
		slots[in.S[strings.LastIndex(in.S, "/")+1:]+" "+in.T]++
	}
	return slots
}

func TestAYearGivesEachSlotOnceThroughRestartsAtAnyMoment(t *testing.T) {
	end := start.AddDate(1, 0, 0)
	settled := end.Add(-24 * time.Hour) // what a window or retries may delay comes before the end
	want, allowed := map[string]bool{}, map[string]bool{}
	for _, s := range yearly() {
		maps.Copy(want, slotsUntil(t, s, settled))
		maps.Copy(allowed, slotsUntil(t, s, end))
	}
	if len(want) < 5000 {
		t.Errorf("the year has %d slots only", len(want))
	}
	const seeds, restarts = 2, 60
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			r := newRig(t)
			r.rejects = func(string) bool { return random.IntN(20) == 0 } // and the hand-off is tried again
			moments := make([]time.Duration, restarts)
			for i := range moments {
				moments[i] = time.Duration(random.Int64N(int64(end.Sub(start)))).Truncate(time.Second)
			}
			slices.Sort(moments)
			for i, moment := range moments {
				if i > 0 {
					down := time.Duration(random.Int64N(int64(3 * time.Hour)))
					r.restart(r.store)
					r.run(min(down, moment-r.clock.Now().Sub(start))) // nobody is there
				}
				for _, s := range yearly() {
					r.create(s)
				}
				r.resume()
				r.clock.RunUntil(start.Add(moment))
			}
			r.clock.RunUntil(end)
			ran := r.ranSlots()
			for slot, n := range ran {
				if n != 1 || !allowed[slot] {
					t.Errorf("%s ran %d times; it is a slot: %t", slot, n, allowed[slot])
				}
			}
			for slot := range want { // those after settled may still be under way
				if ran[slot] == 0 {
					t.Errorf("%s did not run", slot)
				}
			}
			if len(r.reports) > 0 {
				t.Errorf("reports %q", r.reports)
			}
		})
	}
}
