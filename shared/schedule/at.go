package schedule

import (
	"fmt"
	"time"
)

// atLayout is how the time of an at expression is written.
const atLayout = "2006-01-02T15:04:05"

// at is the one slot of an at expression.
type at struct{ slot time.Time }

func parseAt(text string, zone *time.Location) (rule, error) {
	wall, err := time.Parse(atLayout, text)
	if err != nil || wall.Format(atLayout) != text {
		return nil, fmt.Errorf("%q is no time; it must be like 2026-11-22T09:00:00", text)
	}
	slot, exists := instant(wall, zone)
	if !exists {
		return nil, fmt.Errorf("%s does not exist in %s, where clocks skip it; choose a time before or after", text, zone)
	}
	return at{slot}, nil
}

func (a at) first(_ *time.Time, now time.Time) (time.Time, bool) { return a.next(now) }

func (a at) next(after time.Time) (time.Time, bool) { return a.slot, a.slot.After(after) }
