package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// maxExpression is the longest expression in bytes, per the ScheduleExpression reference.
const maxExpression = 256

// An Expression tells when a schedule runs: its slots. It is made with [ParseExpression].
type Expression struct {
	text string
	rule rule
}

// A rule is one kind of expression.
type rule interface {
	// first returns the first slot of a schedule that is made at now, and begins at
	// start when that isn't nil.
	first(start *time.Time, now time.Time) (time.Time, bool)
	// next returns the slot after the given time.
	next(after time.Time) (time.Time, bool)
}

// ParseExpression reads at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields),
// to be evaluated in the time zone with the given name of the IANA database; none
// means UTC. The error says what is wrong and what would be right. The rules are
// those of "Schedule types in EventBridge Scheduler".
func ParseExpression(text, zone string) (Expression, error) {
	location, err := parseZone(zone)
	if err != nil {
		return Expression{}, err
	}
	if len(text) > maxExpression {
		return Expression{}, fmt.Errorf("schedule expression of %d bytes: it must have at most %d", len(text), maxExpression)
	}
	r, err := parseRule(text, location)
	if err != nil {
		return Expression{}, fmt.Errorf("schedule expression %q: %w", text, err)
	}
	return Expression{text, r}, nil
}

func parseRule(text string, zone *time.Location) (rule, error) {
	kind, rest, opened := strings.Cut(text, "(")
	argument, closed := strings.CutSuffix(rest, ")")
	if opened && closed {
		switch kind {
		case "at":
			return parseAt(argument, zone)
		case "rate":
			return parseRate(argument)
		case "cron":
			return parseCron(argument, zone)
		}
	}
	return nil, fmt.Errorf("it must be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)")
}

// String returns the expression as it was written.
func (x Expression) String() string { return x.text }

// Next returns the first slot after the given time, in UTC; false when there is
// none. A rate counts from the time that it is given, which therefore must be a
// slot or the start of the schedule.
func (x Expression) Next(after time.Time) (time.Time, bool) { return x.rule.next(after) }

// OneTime tells whether there is one slot at most, so that dates of start and end
// don't apply.
func (x Expression) OneTime() bool {
	_, ok := x.rule.(at)
	return ok
}
