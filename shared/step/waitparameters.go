package step

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// waitParameters are the parameters of [wait]: one of them.
type waitParameters struct {
	For   waitDuration `json:"for"`
	Until string       `json:"until"` // RFC 3339, such as 2027-01-01T06:00:00+01:00
}

func parseWait(with json.RawMessage) (waitParameters, *Problem) {
	var p waitParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if (p.For == 0) == (p.Until == "") {
		return p, &Problem{"for", "is to be given, or \"until\", and not both", "write for: 10m, or until: 2027-01-01T06:00:00Z"}
	}
	return p, nil
}

// templated tells whether until is known only once placeholders are resolved.
func (p waitParameters) templated() bool { return strings.Contains(p.Until, "{") }

// time returns the time that until names.
func (p waitParameters) time() (time.Time, *Problem) {
	t, err := time.Parse(time.RFC3339, p.Until)
	if err != nil {
		return t, &Problem{"until", fmt.Sprintf("%.40q is not a time", p.Until), "write date, time and offset, such as 2027-01-01T06:00:00Z or 2027-01-01T06:00:00+01:00"}
	}
	return t, nil
}

// waitDuration is a duration of the project file of at most [MaxWait].
type waitDuration time.Duration

// waitDurationForm is the form of such durations; the schema has the same.
var waitDurationForm = regexp.MustCompile(`^(([1-9][0-9]{0,5})(s|m|h)|[1-7]d)$`)

const waitDurationText = "a duration such as 90s, 10m, 3h or 2d, at most 7d"

// UnmarshalJSON implements [json.Unmarshaler].
func (d *waitDuration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	parsed, ok := parseDays(text, waitDurationForm)
	if !ok || parsed > MaxWait {
		return fmt.Errorf("%.40q is not %s", text, waitDurationText)
	}
	*d = waitDuration(parsed)
	return nil
}

// parseDays returns the duration that text of that form writes, in which "d" is a day of 24 hours.
func parseDays(text string, form *regexp.Regexp) (time.Duration, bool) {
	if !form.MatchString(text) {
		return 0, false
	}
	number, days := strings.CutSuffix(text, "d")
	if !days {
		parsed, err := time.ParseDuration(text)
		return parsed, err == nil
	}
	parsed, err := time.ParseDuration(number + "h")
	return 24 * parsed, err == nil
}

// days writes a duration of whole days.
func days(d time.Duration) string { return fmt.Sprintf("%dd", d/(24*time.Hour)) }
