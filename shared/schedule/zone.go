package schedule

import (
	"errors"
	"path"
	"time"

	// A Lambda function must know every zone, and nobody promises that its machine
	// does: the first releases of provided.al2023 had no zoneinfo. This copy of the
	// IANA database, as old as the Go release, answers where the machine has none.
	// It adds 0.4 MB to a binary (0.1 MB to its archive) and microseconds to its
	// start, as a zone is read when it is asked for.
	_ "time/tzdata"
)

// maxZone is the longest name of a time zone in bytes, per the
// ScheduleExpressionTimezone member of the CreateSchedule reference.
const maxZone = 50

var errZone = errors.New("it must be a name of the IANA database, such as Europe/Zurich")

func parseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	// A machine's zoneinfo has files and paths that the database has no zones for:
	// localtime is its owner's choice, right/… counts leap seconds. The database's
	// names begin with a capital.
	if name[0] < 'A' || name[0] > 'Z' || name == "Local" || name != path.Clean(name) || len(name) > maxZone {
		return nil, errZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, errZone // its own text tells of the folders that were searched
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
