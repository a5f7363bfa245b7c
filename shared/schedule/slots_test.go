package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slipway/shared/schedule"
)

// changing are zones whose clocks change twice in 2026: at one, two or three o'clock,
// at midnight, by half an hour, from a quarter to, and around Ramadan.
func changing() []string {
	return []string{"Europe/Zurich", "Europe/Dublin", "America/New_York", "America/Santiago", "America/Havana", "Africa/Cairo", "Africa/Casablanca",
		"Asia/Beirut", "Australia/Lord_Howe", "Pacific/Chatham"}
}

// year returns the interval from the start of 2026 to its end, in UTC.
func year() (from, to time.Time) {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
}

// changes returns when the clocks of a zone change in the year.
func changes(z *time.Location) []time.Time {
	from, to := year()
	var all []time.Time
	for _, at := from.In(z).ZoneBounds(); !at.IsZero() && at.Before(to); _, at = at.ZoneBounds() {
		all = append(all, at)
	}
	return all
}

func parse(t rapid.TB, expression, zone string) schedule.Expression {
	t.Helper()
	x, err := schedule.Parse(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestClocksChangeTwiceInTheYearOfTheseTests(t *testing.T) {
	for _, name := range changing() {
		if n := len(changes(zone(t, name))); n != 2 {
			t.Errorf("clocks in %s change %d times", name, n)
		}
	}
}

func TestAYearHasTheSlotsThatEveryMinuteOfItSays(t *testing.T) {
	from, to := year()
	for _, name := range []string{"Europe/Zurich", "America/New_York", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe"} {
		z := zone(t, name)
		all := minutes(z, from, to)
		for _, fields := range []string{"0/10 * * * ? *", "0,30 0-3,23 * * ? *", "30 2 L,15W * ? *", "0 0 ? * 6L *"} {
			slots := slotsAmong(t, all, fields)
			if len(slots) < 11 { // one a month; Cairo's last Friday of April begins at one o'clock
				t.Errorf("cron(%s) in %s has %d slots in a year", fields, name, len(slots))
			}
			checkSlots(t, parse(t, "cron("+fields+")", name), from, to, slots)
		}
	}
}

// drawZone draws a zone whose clocks change, mostly.
func drawZone(r *rapid.T) string {
	return rapid.SampledFrom(append(changing(), "UTC", "Asia/Kathmandu")).Draw(r, "zone")
}

func TestRandomCronsHaveTheSlotsThatEveryMinuteNearAChangeSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fields, name := drawCron(r, drawField(r, "minutes", 0, 59)), drawZone(r)
		z := zone(t, name)
		near := rapid.SampledFrom(append(changes(z), time.Date(2026, 2, 28, 12, 0, 0, 0, z), time.Date(2026, 12, 31, 0, 0, 0, 0, z))).Draw(r, "near")
		from := near.Add(-26*time.Hour + time.Duration(rapid.IntRange(0, 26*60*60).Draw(r, "seconds to the start"))*time.Second)
		to := near.Add(26*time.Hour + time.Duration(rapid.IntRange(0, 26*60*60).Draw(r, "seconds to the end"))*time.Second)
		checkSlots(r, parse(r, "cron("+fields+")", name), from, to, slotsAmong(r, minutes(z, from, to), fields))
	})
}

// Clocks that show a slot's time twice run it once, so the times they show rise.
func TestAYearOfARandomCronRisesInUTCAndOnTheWall(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sparse := rapid.SampledFrom([]string{"0", "59", "15,45", "28-30"}).Draw(r, "minutes")
		fields, name := drawCron(r, sparse), drawZone(r)
		x, z := parse(r, "cron("+fields+")", name), zone(t, name)
		from, _ := year()
		from = from.Add(time.Duration(rapid.Int64Range(0, int64(365*24*time.Hour)).Draw(r, "from")))
		to := from.AddDate(1, 0, 0)
		slots := slices.Collect(x.Slots(from, to))
		checkOrder(r, x, from, to, slots)
		var latest int64 // what clocks showed, in seconds
		for _, slot := range slots {
			shown := onTheWall(slot, z)
			if shown <= latest {
				r.Fatalf("%s in %s: clocks have shown %s before", x, name, slot.In(z))
			}
			latest = shown
		}
	})
}

func TestARatesSlotsAreMultiplesOfItFromTheStart(t *testing.T) {
	units := map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}
	from, to := year()
	rapid.Check(t, func(r *rapid.T) {
		unit := rapid.SampledFrom([]string{"minutes", "hours", "days"}).Draw(r, "unit")
		n := rapid.IntRange(1, 400).Draw(r, "value")
		from := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from))).Draw(r, "from")))
		var want []time.Time
		for at := from; at.Before(to); at = at.Add(time.Duration(n) * units[unit]) {
			want = append(want, at)
		}
		checkSlots(r, parse(r, fmt.Sprintf("rate(%d %s)", n, unit), drawZone(r)), from, to, want)
	})
}

func TestATimeIsASlotFromItselfOnAndNotBeforeItself(t *testing.T) {
	x := parse(t, "at(2026-10-25T02:30:00)", "Europe/Zurich")
	slot := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // the first of two times when clocks show it
	second := slot.Add(time.Hour)
	checkSlots(t, x, slot, second, []time.Time{slot})
	checkSlots(t, x, slot.Add(1), second.AddDate(1, 0, 0), nil)
	checkSlots(t, x, slot.AddDate(-1, 0, 0), slot, nil)
	checkSlots(t, x, slot.AddDate(-1, 0, 0), slot.Add(1), []time.Time{slot})
}

func TestIntervalsThatMeetShareNoSlotAndMissNone(t *testing.T) {
	from, to := year()
	rapid.Check(t, func(r *rapid.T) {
		x := parse(r, "cron("+drawCron(r, "0,30")+")", drawZone(r))
		between := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from))).Draw(r, "between")))
		whole := slices.Collect(x.Slots(from, to))
		if len(whole) > 0 && rapid.Bool().Draw(r, "at a slot") {
			between = rapid.SampledFrom(whole).Draw(r, "slot")
		}
		halves := slices.AppendSeq(slices.Collect(x.Slots(from, between)), x.Slots(between, to))
		if !slices.Equal(halves, whole) {
			r.Fatalf("%s from %s by %s to %s: %d slots, in one %d", x, from, between, to, len(halves), len(whole))
		}
	})
}

func TestAnEmptyIntervalHasNoSlotsAndALoopMayEndEarly(t *testing.T) {
	from, to := year()
	for _, text := range []string{"rate(1 minute)", "cron(* * * * ? *)", "at(2026-01-01T00:00:00)"} {
		x := parse(t, text, "UTC")
		if slots := slices.Collect(x.Slots(from, from)); len(slots) != 0 {
			t.Errorf("%s: %s", text, slots)
		}
		if slots := slices.Collect(x.Slots(to, from)); len(slots) != 0 {
			t.Errorf("%s: %s", text, slots)
		}
		for slot := range x.Slots(from, to) {
			if !slot.Equal(from) {
				t.Errorf("%s: first is %s, want %s", text, slot, from)
			}
			break
		}
	}
}

// BenchmarkYear lists the slots of a year with both changes.
func BenchmarkYear(b *testing.B) {
	from, to := year()
	for _, text := range []string{"cron(0 3 * * ? *)", "cron(0/10 8-17 ? * MON-FRI *)", "rate(1 hour)"} {
		x := parse(b, text, "Europe/Zurich")
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				for range x.Slots(from, to) {
				}
			}
		})
	}
}
