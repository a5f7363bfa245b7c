package scheduler

import (
	"fmt"
	"time"
)

// maxZone is the longest name of a time zone in bytes, per the ScheduleExpressionTimezone reference.
const maxZone = 50

func parseZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" || len(name) > maxZone {
		return nil, fmt.Errorf("time zone %q: it must be a name of the IANA database, such as Europe/Zurich", name)
	}
	return zone, nil
}

// wallClock returns what clocks in zone show at t, as a time in UTC, where every
// day has 24 hours.
func wallClock(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instant returns when clocks in zone show wall: the first time when they show it
// twice, and false when they skip it, per "Daylight savings time on EventBridge
// Scheduler".
func instant(wall time.Time, zone *time.Location) (time.Time, bool) {
	// Date chooses either of the two times and says not which.
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	if !wallClock(t, zone).Equal(wall) {
		return time.Time{}, false
	}
	if change, _ := t.ZoneBounds(); !change.IsZero() {
		_, before := change.Add(-1).Zone()
		_, now := t.Zone()
		earlier := t.Add(time.Duration(now-before) * time.Second)
		if earlier.Before(change) && wallClock(earlier, zone).Equal(wall) {
			return earlier.UTC(), true
		}
	}
	return t.UTC(), true
}
