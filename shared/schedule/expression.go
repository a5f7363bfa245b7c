// Package schedule reads the schedule expressions of Amazon EventBridge Scheduler,
// at(…), rate(…) and cron(…) in a time zone, and tells when they run. The rules are
// those of "Schedule types in EventBridge Scheduler" in its User Guide, and of the
// "Cron expressions reference" in the EventBridge User Guide.
//
// A slot is a time at which a schedule is to run.
package schedule

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"slipway/shared/pipeline"
)

// maxExpression is the longest expression in bytes, per the ScheduleExpression member
// of the CreateSchedule reference.
const maxExpression = 256

// The years that a cron expression can name, per "Cron-based schedules"; it has no
// slots in others.
const (
	MinYear = 1970
	MaxYear = 2199
)

// An Expression tells when a schedule runs: its slots. It is made with [Parse].
type Expression struct {
	text string
	rule rule
}

// A rule is one kind of expression. Its methods are as those of [Expression].
type rule interface {
	first(start *time.Time, now time.Time) (time.Time, bool)
	next(after time.Time) (time.Time, bool)
}

// Parse reads at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(minutes hours
// day-of-month month day-of-week year), to be evaluated in the time zone with the
// given name of the IANA database; "" means UTC. It returns [pipeline.ErrInvalid] for
// what EventBridge Scheduler doesn't know, for a time that clocks in the zone skip,
// and for more than 256 bytes.
func Parse(expression, zone string) (Expression, error) {
	location, err := parseZone(zone)
	if err != nil {
		return Expression{}, fmt.Errorf("time zone %q: %w: %w", zone, err, pipeline.ErrInvalid)
	}
	if len(expression) > maxExpression {
		return Expression{}, fmt.Errorf("schedule expression of %d bytes: it must have at most %d: %w",
			len(expression), maxExpression, pipeline.ErrInvalid)
	}
	r, err := parseRule(expression, location)
	if err != nil {
		return Expression{}, fmt.Errorf("schedule expression %q: %w: %w", expression, err, pipeline.ErrInvalid)
	}
	return Expression{expression, r}, nil
}

var errKind = errors.New("it must be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)")

func parseRule(text string, zone *time.Location) (rule, error) {
	kind, rest, opened := strings.Cut(text, "(")
	argument, closed := strings.CutSuffix(rest, ")")
	if !opened || !closed {
		return nil, errKind
	}
	switch kind {
	case "at":
		return parseAt(argument, zone)
	case "rate":
		return parseRate(argument)
	case "cron":
		return parseCron(argument, zone)
	}
	return nil, errKind
}

// String returns the expression as it was written.
func (x Expression) String() string { return x.text }

// OneTime tells whether there is one slot at most, so that the dates on which a
// schedule starts and ends don't apply.
func (x Expression) OneTime() bool {
	_, ok := x.rule.(at)
	return ok
}

// First returns the first slot, in UTC, of a schedule that is made at now and starts
// at start, or at once when start is nil; false when there is none. A rate runs at
// its start and then counts from there; without a start it runs at now, to the second.
func (x Expression) First(start *time.Time, now time.Time) (time.Time, bool) {
	return x.rule.first(start, now)
}

// Next returns the first slot after the given time, in UTC; false when there is
// none. A rate counts from the time that it is given, which therefore must be a
// slot or the start of the schedule.
func (x Expression) Next(after time.Time) (time.Time, bool) { return x.rule.next(after) }

// Slots returns the slots from from on and before to, in UTC and in their order. A
// rate counts from from, which is its first slot.
func (x Expression) Slots(from, to time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		slot, ok := x.First(&from, from.Add(-1)) // a slot at from itself counts
		for ok && slot.Before(to) && yield(slot) {
			slot, ok = x.Next(slot)
		}
	}
}
