package schedule_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// drawField draws a list of numbers, ranges and steps.
func drawField(r *rapid.T, name string, min, max int) string {
	items := make([]string, rapid.IntRange(1, 3).Draw(r, name+" items"))
	for i := range items {
		from := rapid.IntRange(min, max).Draw(r, name)
		to := rapid.IntRange(from, max).Draw(r, name+" to")
		step := rapid.IntRange(1, max-min).Draw(r, name+" step")
		items[i] = rapid.SampledFrom([]string{"*", fmt.Sprint(from), fmt.Sprintf("%d-%d", from, to), fmt.Sprintf("*/%d", step),
			fmt.Sprintf("%d/%d", from, step), fmt.Sprintf("%d-%d/%d", from, to, step)}).Draw(r, name+" item")
	}
	return strings.Join(items, ",")
}

// drawDays draws the fields day-of-month and day-of-week. The reference panics for
// ranges with days that a month doesn't have, so there are none beyond the 28th.
func drawDays(r *rapid.T) (ofMonth, ofWeek string) {
	const shortestMonth = 28
	if rapid.Bool().Draw(r, "by week") {
		return "?", rapid.OneOf(
			rapid.SampledFrom([]string{"L", "MON", "SAT,SUN", "FRI-MON", "THUL"}),
			rapid.Custom(func(r *rapid.T) string {
				return fmt.Sprintf("%d#%d", rapid.IntRange(1, 7).Draw(r, "day"), rapid.IntRange(1, 5).Draw(r, "nth"))
			}),
			rapid.Custom(func(r *rapid.T) string { return drawField(r, "day-of-week", 1, 7) }),
		).Draw(r, "day-of-week")
	}
	return rapid.OneOf(
		rapid.SampledFrom([]string{"*", "L", "LW", "1W", "31W", "30", "1,L"}),
		rapid.Custom(func(r *rapid.T) string { return fmt.Sprintf("%dW", rapid.IntRange(1, 31).Draw(r, "day")) }),
		rapid.Custom(func(r *rapid.T) string { return drawField(r, "day-of-month", 1, shortestMonth) }),
	).Draw(r, "day-of-month"), "?"
}

// drawCron draws a cron expression of all years, without cron( and ), behind the
// given first field.
func drawCron(r *rapid.T, minutes string) string {
	ofMonth, ofWeek := drawDays(r)
	return strings.Join([]string{minutes, drawField(r, "hours", 0, 23), ofMonth, drawField(r, "month", 1, 12), ofWeek, "*"}, " ")
}
