package schedule_test

import (
	"strings"
	"testing"
	"time"

	"slipway/shared/schedule"
)

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
		x, err := schedule.Parse(c.text, c.zone)
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
