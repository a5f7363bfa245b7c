package schedule

import (
	"errors"
	"strings"
	"time"
)

// A dayRule tells whether a cron expression runs on a date.
type dayRule func(date time.Time) bool

var errDayFields = errors.New("one of the fields day-of-month and day-of-week must be ?, and the other not")

// parseDay reads the two fields that choose days, one of which is ?.
func parseDay(ofMonth, ofWeek string) (dayRule, error) {
	switch {
	case (ofMonth == "?") == (ofWeek == "?"):
		return nil, errDayFields
	case ofWeek == "?":
		return anyDay(ofMonth, parseDayOfMonth)
	case strings.Contains(ofWeek, "#") && strings.Contains(ofWeek, ","):
		return nil, dayOfWeekField.wrong(ofWeek, "a day with # must stand alone")
	}
	return anyDay(ofWeek, parseDayOfWeek)
}

// anyDay reads a list of days and allows each of them.
func anyDay(text string, parse func(item string) (dayRule, error)) (dayRule, error) {
	var days []dayRule
	for item := range strings.SplitSeq(text, ",") {
		one, err := parse(item)
		if err != nil {
			return nil, err
		}
		days = append(days, one)
	}
	return func(date time.Time) bool {
		for _, allows := range days {
			if allows(date) {
				return true
			}
		}
		return false
	}, nil
}

// parseDayOfMonth reads L, LW, nW, or what every field may have.
func parseDayOfMonth(item string) (dayRule, error) {
	number, nearest := strings.CutSuffix(item, "W")
	switch {
	case number == "L" && nearest:
		return func(date time.Time) bool { return date.Day() == nearestWeekday(date, lastDay(date)) }, nil
	case number == "L":
		return func(date time.Time) bool { return date.Day() == lastDay(date) }, nil
	case nearest:
		day, err := dayOfMonthField.value(number)
		return func(date time.Time) bool {
			return day <= lastDay(date) && date.Day() == nearestWeekday(date, day)
		}, err
	}
	days, err := dayOfMonthField.parse(item)
	return func(date time.Time) bool { return days.has(date.Day() - dayOfMonthField.min) }, err
}

// parseDayOfWeek reads L, nL, n#k, or what every field may have; SUN is 1.
func parseDayOfWeek(item string) (dayRule, error) {
	if item == "L" {
		item = "SAT" // the last day of the week
	}
	if name, nth, ok := strings.Cut(item, "#"); ok {
		day, err := dayOfWeekField.value(name)
		const weeks = "12345"
		k := strings.Index(weeks, nth)
		if err == nil && (k < 0 || len(nth) != 1) {
			err = dayOfWeekField.wrong(item, "the number behind # must be 1 to 5")
		}
		return func(date time.Time) bool { return isWeekday(date, day) && (date.Day()-1)/7 == k }, err
	}
	if name, ok := strings.CutSuffix(item, "L"); ok {
		day, err := dayOfWeekField.value(name)
		return func(date time.Time) bool { return isWeekday(date, day) && date.Day() > lastDay(date)-7 }, err
	}
	days, err := dayOfWeekField.parse(item)
	return func(date time.Time) bool { return days.has(int(date.Weekday())) }, err
}

func isWeekday(date time.Time, day int) bool { return int(date.Weekday()) == day-dayOfWeekField.min }

func lastDay(date time.Time) int {
	return time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// nearestWeekday returns the day from Monday to Friday that is nearest to the given
// one in the month of date.
func nearestWeekday(date time.Time, day int) int {
	switch time.Date(date.Year(), date.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return day + 2 // Friday is in the month before
		}
		return day - 1
	case time.Sunday:
		if day == lastDay(date) {
			return day - 2
		}
		return day + 1
	}
	return day
}
