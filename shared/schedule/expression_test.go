package schedule_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/schedule"
)

// next returns the first slots of an expression after a time, in its zone.
func next(t *testing.T, text, zone string, after time.Time, n int) string {
	t.Helper()
	x, err := schedule.Parse(text, zone)
	if err != nil {
		t.Fatal(err)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for range n {
		slot, ok := x.Next(after)
		if !ok {
			all = append(all, "none")
			break
		}
		all = append(all, slot.In(location).Format("Mon 2006-01-02 15:04"))
		after = slot
	}
	return strings.Join(all, ", ")
}

// The examples are those of "Cron-based schedules" and "Cron expressions reference".
func TestTheDocumentationsCronExamplesRunWhenItSays(t *testing.T) {
	after := time.Date(2026, 11, 20, 17, 57, 0, 0, time.UTC) // a Friday
	for text, want := range map[string]string{
		"cron(0 10 * * ? *)":            "Sat 2026-11-21 10:00, Sun 2026-11-22 10:00",
		"cron(15 12 * * ? *)":           "Sat 2026-11-21 12:15, Sun 2026-11-22 12:15",
		"cron(0 18 ? * MON-FRI *)":      "Fri 2026-11-20 18:00, Mon 2026-11-23 18:00",
		"cron(0 8 1 * ? *)":             "Tue 2026-12-01 08:00, Fri 2027-01-01 08:00",
		"cron(0/15 * * * ? *)":          "Fri 2026-11-20 18:00, Fri 2026-11-20 18:15",
		"cron(0/10 * ? * MON-FRI *)":    "Fri 2026-11-20 18:00, Fri 2026-11-20 18:10",
		"cron(0/5 8-17 ? * MON-FRI *)":  "Mon 2026-11-23 08:00, Mon 2026-11-23 08:05",
		"cron(0/30 20-2 ? * MON-FRI *)": "Fri 2026-11-20 20:00, Fri 2026-11-20 20:30",
		"cron(0 9 ? * 2#1 *)":           "Mon 2026-12-07 09:00, Mon 2027-01-04 09:00",
		"cron(15 10 ? * 6L 2022-2027)":  "Fri 2026-11-27 10:15, Fri 2026-12-25 10:15",
		"cron(1/10 0 * * ? *)":          "Sat 2026-11-21 00:01, Sat 2026-11-21 00:11",
		"cron(0 0 ? * 3#2 *)":           "Tue 2026-12-08 00:00, Tue 2027-01-12 00:00",
		"cron(0 0 3W * ? *)":            "Thu 2026-12-03 00:00, Mon 2027-01-04 00:00",
	} {
		if got := next(t, text, "UTC", after, 2); got != want {
			t.Errorf("%s runs at %s, want %s", text, got, want)
		}
	}
}

// The examples are those of "Schedule types in EventBridge Scheduler".
func TestTheUserGuidesSchedulesRunWhenItSays(t *testing.T) {
	after := time.Date(2022, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ text, zone, want string }{
		{"rate(5 minutes)", "UTC", "Sat 2022-10-01 00:05, Sat 2022-10-01 00:10"},
		{"cron(15 10 ? * 6L 2022-2023)", "UTC", "Fri 2022-10-28 10:15, Fri 2022-11-25 10:15"},
		{"cron(15 10 ? * 6L 2022-2023)", "America/New_York", "Fri 2022-10-28 10:15, Fri 2022-11-25 10:15"},
		{"at(2022-11-20T13:00:00)", "UTC", "Sun 2022-11-20 13:00, none"},
		{"at(2022-11-20T13:00:00)", "America/New_York", "Sun 2022-11-20 13:00, none"},
	} {
		if got := next(t, c.text, c.zone, after, 2); got != c.want {
			t.Errorf("%s in %s runs at %s, want %s", c.text, c.zone, got, c.want)
		}
	}
	if got := next(t, "cron(15 10 ? * 6L 2022-2023)", "UTC", after.AddDate(1, 2, 0), 2); got != "Fri 2023-12-29 10:15, none" {
		t.Errorf("at its end, cron(15 10 ? * 6L 2022-2023) runs at %s", got)
	}
}

func TestCronFieldsMeanWhatTheReferenceSays(t *testing.T) {
	after := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"cron(0 0 L * ? *)":              "Sat 2026-01-31 00:00, Sat 2026-02-28 00:00, Tue 2026-03-31 00:00",
		"cron(0 0 LW * ? *)":             "Fri 2026-01-30 00:00, Fri 2026-02-27 00:00, Tue 2026-03-31 00:00",
		"cron(0 0 1W AUG,nov ? *)":       "Mon 2026-08-03 00:00, Mon 2026-11-02 00:00, Mon 2027-08-02 00:00",
		"cron(0 0 31W 1,5 ? *)":          "Fri 2026-01-30 00:00, Fri 2026-05-29 00:00, Fri 2027-01-29 00:00",
		"cron(0 0 30-31 * ? *)":          "Fri 2026-01-30 00:00, Sat 2026-01-31 00:00, Mon 2026-03-30 00:00",
		"cron(0 0 ? * L *)":              "Sat 2026-01-03 00:00, Sat 2026-01-10 00:00, Sat 2026-01-17 00:00",
		"cron(0 0 ? * FRIL *)":           "Fri 2026-01-30 00:00, Fri 2026-02-27 00:00, Fri 2026-03-27 00:00",
		"cron(0 0 ? * MON#5 *)":          "Mon 2026-03-30 00:00, Mon 2026-06-29 00:00, Mon 2026-08-31 00:00",
		"cron(0 0 ? * FRI-SUN *)":        "Fri 2026-01-02 00:00, Sat 2026-01-03 00:00, Sun 2026-01-04 00:00",
		"cron(0 0 ? * 2/3 *)":            "Mon 2026-01-05 00:00, Thu 2026-01-08 00:00, Mon 2026-01-12 00:00",
		"cron(0 12 1 NOV-FEB/1 ? *)":     "",
		"cron(0 12 1 NOV-JAN ? *)":       "Thu 2026-01-01 12:00, Sun 2026-11-01 12:00, Tue 2026-12-01 12:00",
		"cron(5,50-52/2 0 * * ? 2199)":   "Tue 2199-01-01 00:05, Tue 2199-01-01 00:50, Tue 2199-01-01 00:52",
		"cron(59 23 31 12 ? 2025,2199)":  "Tue 2199-12-31 23:59, none",
		"cron(0 0 29 2 ? *)":             "Tue 2028-02-29 00:00, Sun 2032-02-29 00:00, Fri 2036-02-29 00:00",
		"cron(0 0 30 2 ? *)":             "none",
		"cron(0 0 1 1 ? 2025)":           "none",
		"cron( 0  0\t1 1 ?   2026/100 )": "Tue 2126-01-01 00:00, none",
	} {
		if want == "" {
			if _, err := schedule.Parse(text, ""); err == nil {
				t.Errorf("%s is taken", text)
			}
			continue
		}
		if got := next(t, text, "UTC", after, 3); got != want {
			t.Errorf("%s runs at %s, want %s", text, got, want)
		}
	}
}

func TestRatesAndTimesFollowTheirAnchor(t *testing.T) {
	after := time.Date(2026, 3, 28, 8, 30, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"rate(1 minute)":          "Sat 2026-03-28 09:31, Sat 2026-03-28 09:32",
		"rate(90 minutes)":        "Sat 2026-03-28 11:00, Sat 2026-03-28 12:30",
		"rate(12 hours)":          "Sat 2026-03-28 21:30, Sun 2026-03-29 10:30",
		"rate(1 day)":             "Sun 2026-03-29 10:30, Mon 2026-03-30 10:30", // 24 hours, and the clocks went forward
		"at(2026-07-01T12:00:30)": "Wed 2026-07-01 12:00, none",
		"at(2026-03-28T09:30:00)": "none",
	} {
		if got := next(t, text, "Europe/Zurich", after, 2); got != want {
			t.Errorf("%s runs at %s, want %s", text, got, want)
		}
	}
}

func TestAWrongExpressionIsRefusedWithWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "it must be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)",
		"cron 0 0 * * ? *":             "it must be at(",
		"Cron(0 0 * * ? *)":            "it must be at(",
		"rate(5)":                      "a rate must have a value and a unit, such as 5 minutes",
		"rate(0 minutes)":              `the value "0" must be a whole number from 1 to`,
		"rate(-5 minutes)":             `the value "-5" must be`,
		"rate(1.5 hours)":              `the value "1.5" must be`,
		"rate(9999999999 days)":        "must be a whole number from 1 to 106751",
		"rate(5 weeks)":                `the unit "weeks" must be minutes, hours or days`,
		"at(2026-11-22)":               `"2026-11-22" is no time; it must be like 2026-11-22T09:00:00`,
		"at(2026-02-30T00:00:00)":      "is no time",
		"at(2026-11-22T09:00:00.5)":    "is no time",
		"at(2026-11-22T09:00:00Z)":     "is no time",
		"at(2026-03-29T02:00:00)":      "does not exist in Europe/Zurich, where clocks skip it",
		"at(2026-03-29T02:30:00)":      "does not exist in Europe/Zurich, where clocks skip it",
		"cron(0 0 * * *)":              "it has 5 fields; it must have six: minutes hours day-of-month month day-of-week year",
		"cron(0 0 * * * *)":            "one of the fields day-of-month and day-of-week must be ?",
		"cron(0 0 ? * ? *)":            "one of the fields day-of-month and day-of-week must be ?",
		"cron(60 0 * * ? *)":           `field minutes: "60": it must be 0 to 59`,
		"cron(0 24 * * ? *)":           `field hours: "24": it must be 0 to 23`,
		"cron(0 0 0 * ? *)":            `field day-of-month: "0": it must be 1 to 31`,
		"cron(0 0 1 13 ? *)":           `field month: "13": it must be 1 to 12 or JAN to DEC`,
		"cron(0 0 ? * 0 *)":            `field day-of-week: "0": it must be 1 to 7 or SUN to SAT`,
		"cron(0 0 ? * MON#6 *)":        `field day-of-week: "MON#6": the number behind # must be 1 to 5`,
		"cron(0 0 ? * MON#0 *)":        "the number behind # must be 1 to 5",
		"cron(0 0 ? * MON# *)":         "the number behind # must be 1 to 5",
		"cron(0 0 ? * 3#1,6#3 *)":      "a day with # must stand alone",
		"cron(0/0 0 * * ? *)":          `field minutes: "0/0": the step must be 1 to 59`,
		"cron(0/60 0 * * ? *)":         "the step must be 1 to 59",
		"cron(0/ 0 * * ? *)":           "the step must be 1 to 59",
		"cron(/5 0 * * ? *)":           `field minutes: "": it must be 0 to 59`,
		"cron(1, 0 * * ? *)":           `field minutes: "": it must be 0 to 59`,
		"cron(30-10/5 0 * * ? *)":      "the range must not run backwards",
		"cron(0 0 * * ? 1969)":         `field year: "1969": it must be 1970 to 2199`,
		"cron(0 0 * * ? 2030-2026)":    "the range must not run backwards",
		"cron(0 0 W * ? *)":            `field day-of-month: "": it must be 1 to 31`,
		"cron(0 0 1-5W * ? *)":         `field day-of-month: "1-5"`,
		"cron(0 0 L-3 * ? *)":          `field day-of-month: "L": it must be 1 to 31`,
		"cron(0 0 ? * MON-FRIL *)":     `field day-of-week: "MON-FRI"`,
		"cron(? 0 * * ? *)":            `field minutes: "?"`,
		"cron(0 0 ?,1 * MON *)":        "one of the fields",
		"cron(+5 0 * * ? *)":           `field minutes: "+5"`,
		strings.Repeat("cron(0", 1000): "schedule expression of 6000 bytes: it must have at most 256",
		"cron(0 0 * * ? *)\n":          "it must be at(",
		"cron(0 0 *\x00 * ? *)":        `field day-of-month: "*\x00": it must be 1 to 31`,
	} {
		_, err := schedule.Parse(text, "Europe/Zurich")
		if !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(pipeline.Message(err), want) {
			t.Errorf("%.40s: error %v, want pipeline.ErrInvalid with %s", text, err, want)
		}
	}
}
