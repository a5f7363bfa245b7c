package schedule

import (
	"fmt"
	"strings"
	"time"
)

// A cron is a cron expression: it runs at every minute of the wall clock of its zone
// that all of its fields allow.
type cron struct {
	minutes, hours, months, years set
	day                           dayRule
	zone                          *time.Location
}

// The fields of a cron expression, per "Cron-based schedules".
var (
	minuteField     = field{name: "minutes", min: 0, max: 59}
	hourField       = field{name: "hours", min: 0, max: 23}
	dayOfMonthField = field{name: "day-of-month", min: 1, max: 31}
	monthField      = field{name: "month", min: 1, max: 12,
		names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"}
	dayOfWeekField = field{name: "day-of-week", min: 1, max: 7, names: "SUN MON TUE WED THU FRI SAT"}
	yearField      = field{name: "year", min: MinYear, max: MaxYear}
)

func parseCron(text string, zone *time.Location) (rule, error) {
	texts := strings.Fields(strings.ToUpper(text)) // names may be in any case
	const fields = 6
	if len(texts) != fields {
		return nil, fmt.Errorf("it has %d fields; it must have six: minutes hours day-of-month month day-of-week year", len(texts))
	}
	c := cron{zone: zone}
	for _, f := range []struct {
		field
		text string
		set  *set
	}{{minuteField, texts[0], &c.minutes}, {hourField, texts[1], &c.hours}, {monthField, texts[3], &c.months}, {yearField, texts[5], &c.years}} {
		var err error
		if *f.set, err = f.parse(f.text); err != nil {
			return nil, err
		}
	}
	var err error
	c.day, err = parseDay(texts[2], texts[4])
	return c, err
}

func (c cron) first(start *time.Time, now time.Time) (time.Time, bool) {
	if start != nil && start.After(now) {
		now = start.Add(-1) // a slot at the start itself counts
	}
	return c.next(now)
}

func (c cron) next(after time.Time) (time.Time, bool) {
	wall, ok := c.onOrAfter(wallClock(after, c.zone).Truncate(time.Minute))
	for ok {
		// A wall time may be skipped, or have had its turn before clocks went back.
		if slot, exists := instant(wall, c.zone); exists && slot.After(after) {
			return slot, true
		}
		wall, ok = c.onOrAfter(wall.Add(time.Minute))
	}
	return time.Time{}, false
}

// onOrAfter returns the first minute from wall on that all fields allow.
func (c cron) onOrAfter(wall time.Time) (time.Time, bool) {
	if wall.Year() < MinYear {
		wall = time.Date(MinYear, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for wall.Year() <= MaxYear {
		year, month, day := wall.Date()
		switch {
		case !c.years.has(year - MinYear):
			wall = time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC)
		case !c.months.has(int(month) - monthField.min):
			wall = time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
		case !c.day(wall):
			wall = time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC)
		case !c.hours.has(wall.Hour()):
			wall = time.Date(year, month, day, wall.Hour()+1, 0, 0, 0, time.UTC)
		case !c.minutes.has(wall.Minute()):
			wall = wall.Add(time.Minute)
		default:
			return wall, true
		}
	}
	return time.Time{}, false
}
