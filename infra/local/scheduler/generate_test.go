//go:build conformance

package scheduler_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A generator makes cron expressions, most of which are valid.
type generator struct{ *rand.Rand }

func (g generator) pick(from ...string) string { return from[g.IntN(len(from))] }

// odds is true once in n times.
func (g generator) odds(n int) bool { return g.IntN(n) == 0 }

// between returns a number from min to max.
func (g generator) between(min, max int) int { return min + g.IntN(max-min+1) }

// question returns an expression and the time after which it is to run.
func (g generator) question() question {
	if g.odds(10) {
		return g.weekday()
	}
	return question{g.fields(), g.after(), 5}
}

// weekday returns an expression for the weekday that is nearest to a day, of which
// Quartz knows the first run of a month only: once it has moved to another day, it
// goes on at the hour that it was asked about, or in the next month.
func (g generator) weekday() question {
	day := g.pick("LW", fmt.Sprintf("%dW", g.between(1, 31)))
	after := g.after()
	endOfMonth := time.Date(after.Year(), after.Month(), 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
	fields := fmt.Sprintf("%d %d %s %s ? *", g.between(0, 59), g.between(0, 23), day, g.list("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", 1, 12))
	return question{fields, endOfMonth, 1}
}

// fields returns the six fields of a cron expression.
func (g generator) fields() string {
	ofMonth, ofWeek := g.days()
	if g.odds(100) {
		ofMonth, ofWeek = ofWeek, g.pick("?", "*", ofMonth)
	}
	fields := []string{g.list("", 0, 59), g.list("", 0, 23), ofMonth, g.list("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", 1, 12), ofWeek, g.year()}
	if g.odds(60) {
		fields[g.IntN(len(fields))] = g.mistake()
	}
	return strings.Join(fields, " ")
}

// list returns what every field may have: numbers or names, ranges and steps.
func (g generator) list(names string, min, max int) string {
	if g.odds(4) {
		return "*"
	}
	items := make([]string, 1+g.IntN(4)/2)
	for i := range items {
		named := names != "" && g.odds(2)
		value := func(n int) string {
			if named {
				return strings.Fields(names)[n-min]
			}
			return fmt.Sprint(n)
		}
		from := g.between(min, max)
		to, step := g.between(from, max), g.between(1, max-min)
		items[i] = g.pick(value(from), value(from), value(from)+"-"+value(to), fmt.Sprintf("*/%d", step),
			fmt.Sprintf("%s/%d", value(from), step), fmt.Sprintf("%s-%s/%d", value(from), value(to), step))
		if g.odds(12) {
			items[i] = value(to) + "-" + value(from) // which goes on beyond the end of the hour, day or week
		}
	}
	return strings.Join(items, ",")
}

func (g generator) days() (ofMonth, ofWeek string) {
	const names = "SUN MON TUE WED THU FRI SAT"
	if g.odds(2) {
		return "?", g.pick(g.list(names, 1, 7), g.list(names, 1, 7), "L", fmt.Sprintf("%dL", g.between(1, 7)), g.pick(strings.Fields(names)...)+"L",
			fmt.Sprintf("%d#%d", g.between(1, 7), g.between(1, 5)), fmt.Sprintf("%s#%d", g.pick(strings.Fields(names)...), g.between(1, 5)))
	}
	return g.pick(g.list("", 1, 31), g.list("", 1, 31), "L"), "?"
}

func (g generator) year() string {
	if !g.odds(4) {
		return "*"
	}
	return g.list("", 2020, 2060)
}

// mistake returns what a field can't have, or would seem so.
func (g generator) mistake() string {
	return g.pick("", "-1", "60", "99999", "x", "MON", "JAN", "1-", "-", "/5", "5/", "1/0", "1/99", "1,", ",1", "1--2", "W", "0W", "32W", "1-5W", "WL",
		"L-3", "L,1", "1,L", "LL", "8L", "0L", "#", "1#", "1#0", "1#6", "8#1", "1#1,2#1", "MON#1,3", "MONL,FRI", "?", "?/2", "*/0", "1-5/0", "10-5/2", "1.5", "+1")
}

// quartz returns the fields with Quartz's spelling: seconds before them, and numbers
// for the names beside a step, where Quartz overlooks the step.
func quartz(fields string) string {
	numbers := strings.NewReplacer("JAN", "1", "FEB", "2", "MAR", "3", "APR", "4", "MAY", "5", "JUN", "6", "JUL", "7", "AUG", "8", "SEP", "9", "OCT", "10",
		"NOV", "11", "DEC", "12", "SUN", "1", "MON", "2", "TUE", "3", "WED", "4", "THU", "5", "FRI", "6", "SAT", "7")
	all := strings.Split(fields, " ")
	for i, field := range all {
		items := strings.Split(field, ",")
		for j, item := range items {
			if strings.Contains(item, "/") {
				items[j] = numbers.Replace(item)
			}
		}
		all[i] = strings.Join(items, ",")
	}
	return "0 " + strings.Join(all, " ")
}

// after returns a time of the years that the expressions are for.
func (g generator) after() time.Time {
	const span = 40 * 366 * 24 * time.Hour
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.Int64N(int64(span/time.Second))) * time.Second)
}
