package schedule_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/schedule"
)

// FuzzParse checks that an expression is refused as invalid, or has slots that rise
// and lie on whole seconds.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"at(2026-03-29T03:00:00)", "rate(5 minutes)", "cron(0/15 8-17 ? * MON-FRI *)", "cron(5,10 0 LW FEB ? 2026-2030)", "cron(0 9 ? * 2#1 *)", "cron(0 0 29-31 * ? *)"} {
		f.Add(seed, "Europe/Zurich", int64(1774742400))
	}
	f.Add("cron(0 0 15W * ? *)", "Australia/Lord_Howe", int64(-1<<40))
	f.Add("rate(106751 days)", "", int64(1<<63-62135596801)) // the last second that there is
	f.Fuzz(func(t *testing.T, text, zone string, after int64) {
		x, err := schedule.Parse(text, zone)
		if err != nil {
			if !errors.Is(err, pipeline.ErrInvalid) {
				t.Fatalf("%q in %q: %v", text, zone, err)
			}
			return
		}
		last := time.Unix(after, 0)
		for range 5 {
			slot, ok := x.Next(last)
			if !ok {
				return
			}
			if !slot.After(last) || slot.Location() != time.UTC {
				t.Fatalf("%q in %q: after %s comes %s", text, zone, last, slot)
			}
			if strings.HasPrefix(text, "cron") && slot.Nanosecond() != 0 {
				t.Fatalf("%q in %q: slot %s", text, zone, slot)
			}
			last = slot
		}
	})
}
