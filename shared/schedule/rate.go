package schedule

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// rate is the time between the slots of a rate expression. A day is 24 hours long,
// also where clocks change.
type rate time.Duration

const day = 24 * time.Hour

func parseRate(text string) (rule, error) {
	parts := strings.Fields(text)
	if len(parts) != 2 {
		return nil, errors.New("a rate must have a value and a unit, such as 5 minutes")
	}
	var unit time.Duration
	switch parts[1] {
	case "minute", "minutes":
		unit = time.Minute
	case "hour", "hours":
		unit = time.Hour
	case "day", "days":
		unit = day
	default:
		return nil, fmt.Errorf("the unit %q must be minutes, hours or days", parts[1])
	}
	most := int64(math.MaxInt64 / unit)
	value, err := strconv.ParseUint(parts[0], 10, 63)
	if err != nil || value == 0 || value > uint64(most) {
		return nil, fmt.Errorf("the value %q must be a whole number from 1 to %d", parts[0], most)
	}
	return rate(time.Duration(value) * unit), nil
}

func (r rate) first(start *time.Time, now time.Time) (time.Time, bool) {
	if start == nil {
		return now.UTC().Truncate(time.Second), true
	}
	period, slot := time.Duration(r), start.UTC()
	for slot.Before(now) {
		elapsed := now.Sub(slot) // which ends at 292 years
		slot = slot.Add(max(period, elapsed-elapsed%period))
	}
	return slot, true
}

func (r rate) next(after time.Time) (time.Time, bool) {
	slot := after.UTC().Add(time.Duration(r))
	return slot, slot.After(after) // not so at the end of time
}
