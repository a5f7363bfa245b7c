package schedule_test

import (
	"slices"
	"time"

	"github.com/winebarrel/cronplan/v2"
	"pgregory.net/rapid"

	"slipway/shared/schedule"
)

// minutes returns the minutes from from on and before to, in the zone, at which a
// clock there shows what it hasn't shown before: those of the hour that autumn
// repeats come once.
func minutes(z *time.Location, from, to time.Time) []time.Time {
	var all []time.Time
	var latest int64               // what clocks showed, in seconds
	const repeated = 3 * time.Hour // no clock goes back by more
	for at := from.Add(-repeated).Truncate(time.Minute); at.Before(to); at = at.Add(time.Minute) {
		shown := onTheWall(at, z)
		if shown <= latest {
			continue
		}
		latest = shown
		if !at.Before(from) {
			all = append(all, at.In(z))
		}
	}
	return all
}

// onTheWall returns what clocks in a zone show at a time, as seconds.
func onTheWall(at time.Time, z *time.Location) int64 {
	_, offset := at.In(z).Zone()
	return at.Unix() + int64(offset)
}

// slotsAmong returns those of the minutes at which the reference implementation says
// that the fields of a cron expression hold.
func slotsAmong(t rapid.TB, minutes []time.Time, fields string) []time.Time {
	t.Helper()
	reference, err := cronplan.Parse(fields)
	if err != nil {
		t.Fatal(err)
	}
	var slots []time.Time
	for _, minute := range minutes {
		if reference.Match(minute) {
			slots = append(slots, minute)
		}
	}
	return slots
}

// checkSlots checks that x has the wanted slots from from on and before to, each
// once and in their order, whether they are listed or asked for one by one.
func checkSlots(t rapid.TB, x schedule.Expression, from, to time.Time, want []time.Time) {
	t.Helper()
	listed := slices.Collect(x.Slots(from, to))
	for i := range max(len(listed), len(want)) {
		if i >= len(listed) || i >= len(want) || !listed[i].Equal(want[i]) {
			t.Fatalf("%s from %s to %s: slot %d of %d is %s, want that of %d which is %s",
				x, from, to, i, len(listed), listed[i:min(i+1, len(listed))], len(want), want[i:min(i+1, len(want))])
		}
	}
	checkOrder(t, x, from, to, listed)
}

// checkOrder checks that slots, which are all from from on and before to, rise, and
// that asking for one after the other gives the same.
func checkOrder(t rapid.TB, x schedule.Expression, from, to time.Time, slots []time.Time) {
	t.Helper()
	next, ok := x.First(&from, from.Add(-1))
	last := from.Add(-1)
	for _, slot := range slots {
		if !slot.After(last) || !slot.Before(to) || slot.Location() != time.UTC {
			t.Fatalf("%s from %s to %s: after %s comes slot %s", x, from, to, last, slot)
		}
		if !ok || !next.Equal(slot) {
			t.Fatalf("%s from %s to %s: after %s comes slot %s, but next is %s (%t)", x, from, to, last, slot, next, ok)
		}
		last = slot
		next, ok = x.Next(slot)
	}
	if ok && next.Before(to) {
		t.Fatalf("%s from %s to %s: after %s comes no slot, but next is %s", x, from, to, last, next)
	}
}
