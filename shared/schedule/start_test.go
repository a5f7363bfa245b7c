package schedule_test

import (
	"testing"
	"time"
)

func TestTheFirstSlotKeepsTheStartAndIsNotInThePast(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 500, time.UTC)
	for _, c := range []struct {
		text, start string // no start when empty
		want        string // none when empty
	}{
		{"rate(20 minutes)", "", "2026-11-22T08:00:00Z"},
		{"rate(20 minutes)", "2026-11-22T08:25:00Z", "2026-11-22T08:25:00Z"},
		{"rate(20 minutes)", "2026-11-22T09:25:00+01:00", "2026-11-22T08:25:00Z"},
		{"rate(40 minutes)", "2026-11-22T07:30:00Z", "2026-11-22T08:10:00Z"},
		{"rate(30 minutes)", "2026-11-22T07:30:00Z", "2026-11-22T08:30:00Z"},
		{"rate(7 days)", "1026-11-22T07:30:00Z", "2026-11-25T07:30:00Z"},
		{"cron(0/10 * * * ? *)", "", "2026-11-22T08:10:00Z"},
		{"cron(0/10 * * * ? *)", "2026-11-22T07:00:00Z", "2026-11-22T08:10:00Z"},
		{"cron(0/10 * * * ? *)", "2026-11-22T08:20:00Z", "2026-11-22T08:20:00Z"},
		{"cron(0/10 * * * ? *)", "2026-11-22T08:20:01Z", "2026-11-22T08:30:00Z"},
		{"cron(0 0 1 1 ? 2026)", "", ""},
		{"at(2026-11-22T09:30:15)", "2027-11-22T00:00:00Z", "2026-11-22T08:30:15Z"},
		{"at(2026-11-22T09:00:00)", "", ""},
	} {
		var start *time.Time
		if c.start != "" {
			at, err := time.Parse(time.RFC3339, c.start)
			if err != nil {
				t.Fatal(err)
			}
			start = &at
		}
		slot, ok := parse(t, c.text, "Europe/Zurich").First(start, now)
		got := ""
		if ok {
			got = slot.Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%s, started at %q: first at %q, want %q", c.text, c.start, got, c.want)
		}
	}
}

func TestAnExpressionTellsItsTextAndWhetherItRunsOnce(t *testing.T) {
	for text, once := range map[string]bool{"at(2026-11-22T09:30:15)": true, "rate(1 day)": false, "cron(0 0 1 1 ? 2026)": false} {
		if x := parse(t, text, ""); x.String() != text || x.OneTime() != once {
			t.Errorf("%s: String is %s and OneTime is %t", text, x, x.OneTime())
		}
	}
}
