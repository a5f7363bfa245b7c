package scheduler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winebarrel/cronplan/v2"
	"pgregory.net/rapid"

	"slipway/infra/local/scheduler"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// The hour that spring skips is skipped, and the hour that autumn repeats runs once,
// per "Daylight savings time on EventBridge Scheduler".
func TestClockChangesSkipAndDoNotRepeat(t *testing.T) {
	for _, c := range []struct{ zone, text, after, want string }{
		{"Europe/Zurich", "cron(30 2 * * ? *)", "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z 2026-03-30T00:30:00Z"},
		{"Europe/Zurich", "cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
		{"Europe/Zurich", "cron(0/30 * * * ? *)", "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z"},
		{"Europe/Zurich", "cron(0/30 * * * ? *)", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z 2026-10-25T02:00:00Z"},
		{"Europe/Zurich", "cron(0/30 * * * ? *)", "2026-10-25T01:10:00Z", "2026-10-25T02:00:00Z 2026-10-25T02:30:00Z"},
		{"America/New_York", "cron(0 2 * * ? *)", "2026-03-07T12:00:00Z", "2026-03-09T06:00:00Z 2026-03-10T06:00:00Z"},
		{"America/New_York", "cron(30 1 * * ? *)", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z 2026-11-02T06:30:00Z"},
		{"America/New_York", "at(2026-11-01T01:30:00)", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z none"},
		// Lord Howe moves its clocks by half an hour: 2:00 becomes 2:30, and 2:00 becomes 1:30.
		{"Australia/Lord_Howe", "cron(0/15 2 * * ? *)", "2026-10-03T15:00:00Z", "2026-10-03T15:30:00Z 2026-10-03T15:45:00Z"},
		{"Australia/Lord_Howe", "cron(45 1 * * ? *)", "2026-04-04T12:00:00Z", "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z"},
		{"Australia/Lord_Howe", "cron(10 2 * * ? *)", "2026-10-02T16:00:00Z", "2026-10-04T15:10:00Z 2026-10-05T15:10:00Z"},
		// Samoa went over the date line and had no 30th of December in 2011.
		{"Pacific/Apia", "cron(0 12 * * ? *)", "2011-12-29T00:00:00Z", "2011-12-29T22:00:00Z 2011-12-30T22:00:00Z"},
		{"Pacific/Apia", "cron(0 0 30 * ? *)", "2011-12-01T00:00:00Z", "2012-01-29T10:00:00Z 2012-03-29T10:00:00Z"},
		{"Pacific/Apia", "cron(0 0 ? * FRI#5 *)", "2011-12-01T00:00:00Z", "2012-03-29T10:00:00Z 2012-06-28T11:00:00Z"},
		// These zones leave their clocks alone.
		{"Asia/Tokyo", "cron(30 2 * * ? *)", "2026-03-28T12:00:00Z", "2026-03-28T17:30:00Z 2026-03-29T17:30:00Z"},
		{"Asia/Kolkata", "cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", "2026-10-24T21:00:00Z 2026-10-25T21:00:00Z"},
		{"America/Phoenix", "cron(30 2 * * ? *)", "2026-03-07T00:00:00Z", "2026-03-07T09:30:00Z 2026-03-08T09:30:00Z"},
		{"Africa/Nairobi", "at(2026-03-29T02:30:00)", "2026-01-01T00:00:00Z", "2026-03-28T23:30:00Z none"},
		// Here clocks change at midnight, so that a day begins at one o'clock.
		{"Africa/Cairo", "cron(0 0 * * ? *)", "2026-04-22T12:00:00Z", "2026-04-22T22:00:00Z 2026-04-24T21:00:00Z"},
		// A rate counts hours, however long the day: it is 24 hours also where a day has 23 or 25.
		{"America/New_York", "rate(1 day)", "2026-03-07T12:00:00Z", "2026-03-08T12:00:00Z 2026-03-09T12:00:00Z"},
	} {
		x, err := scheduler.ParseExpression(c.text, c.zone)
		if err != nil {
			t.Fatal(err)
		}
		slot, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range 2 {
			next, ok := x.Next(slot)
			if !ok {
				got = append(got, "none")
				break
			}
			got, slot = append(got, next.Format(time.RFC3339)), next
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s in %s runs at %s, want %s", c.text, c.zone, got, c.want)
		}
	}
}

// bruteForce returns the minutes after start and up to end at which the reference
// implementation says that fields hold on the wall clock, each wall time once.
func bruteForce(t interface{ Fatal(...any) }, fields string, z *time.Location, start, end time.Time) []time.Time {
	reference, err := cronplan.Parse(fields)
	if err != nil {
		t.Fatal(err)
	}
	var slots []time.Time
	var latest string // what a clock showed that never went back
	for at := start.Add(-3 * time.Hour); !at.After(end); at = at.Add(time.Minute) {
		shown := at.In(z).Format("2006-01-02T15:04")
		if shown <= latest {
			continue
		}
		latest = shown
		if at.After(start) && reference.Match(at.In(z)) {
			slots = append(slots, at)
		}
	}
	return slots
}

// equalSlots compares Next with slots, which are all that there are up to end.
func equalSlots(t interface{ Fatalf(string, ...any) }, x scheduler.Expression, slots []time.Time, start, end time.Time) {
	at := start
	for _, want := range slots {
		got, ok := x.Next(at)
		if !ok || !got.Equal(want) {
			t.Fatalf("%s: after %s comes %s (%t), want %s", x, at, got, ok, want)
		}
		at = got
	}
	if got, ok := x.Next(at); ok && !got.After(end) {
		t.Fatalf("%s: after %s comes %s, want none until %s", x, at, got, end)
	}
}

func TestAYearOfCronIsWhatEveryMinuteOfItSays(t *testing.T) {
	start := time.Date(2025, 12, 31, 23, 59, 0, 0, time.UTC)
	end := start.AddDate(1, 0, 0)
	for _, name := range []string{"Europe/Zurich", "America/New_York", "Australia/Lord_Howe"} {
		for _, fields := range []string{"0/10 * * * ? *", "15,45 1-2 ? * SUN *", "30 2 L,15W * ? *", "0 0 ? * 6L *"} {
			x, err := scheduler.ParseExpression("cron("+fields+")", name)
			if err != nil {
				t.Fatal(err)
			}
			slots := bruteForce(t, fields, zone(t, name), start, end)
			if len(slots) < 12 {
				t.Errorf("cron(%s) in %s has %d slots in a year", fields, name, len(slots))
			}
			equalSlots(t, x, slots, start, end)
		}
	}
}

// drawField draws a list of numbers, ranges and steps.
func drawField(r *rapid.T, name string, min, max int) string {
	items := make([]string, rapid.IntRange(1, 3).Draw(r, name+" items"))
	for i := range items {
		from := rapid.IntRange(min, max).Draw(r, name)
		to := rapid.IntRange(from, max).Draw(r, name+" to")
		step := rapid.IntRange(1, max-min).Draw(r, name+" step")
		items[i] = rapid.SampledFrom([]string{"*", fmt.Sprint(from), fmt.Sprintf("%d-%d", from, to), fmt.Sprintf("*/%d", step),
			fmt.Sprintf("%d/%d", from, step), fmt.Sprintf("%d-%d/%d", from, to, step)}).Draw(r, name+" item")
	}
	return strings.Join(items, ",")
}

// drawDays draws the fields day-of-month and day-of-week. The reference panics for
// ranges with days that a month doesn't have, so there are none beyond the 28th.
func drawDays(r *rapid.T) (ofMonth, ofWeek string) {
	const shortestMonth = 28
	if rapid.Bool().Draw(r, "by week") {
		return "?", rapid.OneOf(
			rapid.SampledFrom([]string{"L", "MON", "SAT,SUN", "FRI-MON", "THUL"}),
			rapid.Custom(func(r *rapid.T) string {
				return fmt.Sprintf("%d#%d", rapid.IntRange(1, 7).Draw(r, "day"), rapid.IntRange(1, 5).Draw(r, "nth"))
			}),
			rapid.Custom(func(r *rapid.T) string { return drawField(r, "day-of-week", 1, 7) }),
		).Draw(r, "day-of-week")
	}
	return rapid.OneOf(
		rapid.SampledFrom([]string{"*", "L", "LW", "1W", "31W", "30", "1,L"}),
		rapid.Custom(func(r *rapid.T) string { return fmt.Sprintf("%dW", rapid.IntRange(1, 31).Draw(r, "day")) }),
		rapid.Custom(func(r *rapid.T) string { return drawField(r, "day-of-month", 1, shortestMonth) }),
	).Draw(r, "day-of-month"), "?"
}

func TestNextIsTheFirstMinuteThatSatisfiesTheFields(t *testing.T) {
	changes := []time.Time{time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2027, 12, 30, 0, 0, 0, 0, time.UTC)}
	rapid.Check(t, func(r *rapid.T) {
		ofMonth, ofWeek := drawDays(r)
		fields := strings.Join([]string{drawField(r, "minutes", 0, 59), drawField(r, "hours", 0, 23), ofMonth,
			drawField(r, "month", 1, 12), ofWeek, "*"}, " ")
		name := rapid.SampledFrom([]string{"UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe"}).Draw(r, "zone")
		x, err := scheduler.ParseExpression("cron("+fields+")", name)
		if err != nil {
			r.Fatal(err)
		}
		start := rapid.SampledFrom(changes).Draw(r, "near").Add(time.Duration(rapid.IntRange(0, 3000).Draw(r, "minutes from there")) * time.Minute)
		end := start.Add(50 * time.Hour)
		equalSlots(r, x, bruteForce(r, fields, zone(t, name), start, end), start, end)
	})
}
