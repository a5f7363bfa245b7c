package step

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// maxLambdaTime is the longest time for which a shift and its bake may last: that of a
// step, with the margin.
const maxLambdaTime = 8*time.Hour - lambdaMargin

// lambdaMargin is how much more than shift and bake an attempt may take when the project
// file names no timeout: for the update of the code, and for timers, which come up to a
// minute late each.
const lambdaMargin = 30 * time.Minute

// lambdaParameters are the parameters of [lambdaFunction].
type lambdaParameters struct {
	Package  string        `json:"package"`
	Function string        `json:"function"`
	Alias    string        `json:"alias"`
	Shift    lambdaShift   `json:"shift"`
	Alarms   watchedAlarms `json:"alarms"`
	Bake     waitDuration  `json:"bake"`
}

func parseLambda(with json.RawMessage) (lambdaParameters, *Problem) {
	var p lambdaParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case p.Package == "":
		return p, &Problem{"package", "is missing", "name the package that holds the function's code"}
	case p.Function == "":
		return p, &Problem{"function", "is missing", "name the Lambda function"}
	case p.Alias == "":
		return p, &Problem{"alias", "is missing", "name the alias that is to stand for the new version"}
	}
	if problem := p.Shift.check(); problem != nil {
		return p, problem
	}
	if problem := p.Alarms.check(); problem != nil {
		return p, problem
	}
	if p.length() > maxLambdaTime {
		return p, &Problem{"shift", fmt.Sprintf("and bake take %s", p.length()), fmt.Sprintf("let them take at most %s, as a step has at most 8h", maxLambdaTime)}
	}
	return p, nil
}

// The forms of a function's and of an alias's name, per the CreateFunction and the
// CreateAlias reference. An alias is no number, as that would be a version.
var (
	lambdaName  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	lambdaAlias = regexp.MustCompile(`^[A-Za-z0-9_-]{0,127}[A-Za-z_-][A-Za-z0-9_-]{0,127}$`)
)

// checkResolved checks what holds only once the placeholders are resolved, for an
// attempt that may take so long.
func (p lambdaParameters) checkResolved(timeout time.Duration) *Problem {
	switch {
	case !lambdaName.MatchString(p.Function):
		return &Problem{"function", fmt.Sprintf("%.80q is not a function's name", p.Function), "write its name without ARN and version: at most 64 letters, digits, \"_\" and \"-\""}
	case !lambdaAlias.MatchString(p.Alias) || len(p.Alias) > 128:
		return &Problem{"alias", fmt.Sprintf("%.80q is not an alias's name", p.Alias), "write at most 128 letters, digits, \"_\" and \"-\", not digits alone"}
	case p.length() >= timeout:
		return &Problem{"timeout", fmt.Sprintf("%s is over before shift and bake, which take %s", timeout, p.length()), "leave timeout out, or write a longer one"}
	}
	return nil
}

// length is the time that shift and bake take.
func (p lambdaParameters) length() time.Duration {
	return time.Duration(len(p.Shift.shares())-1)*time.Duration(p.Shift.Interval) + time.Duration(p.Bake)
}

// A lambdaShift says how an alias moves to a version; the zero value is all at once.
type lambdaShift struct {
	Linear   bool         `json:"-"`        // further steps of Percent until all requests go there
	Percent  int          `json:"percent"`  // of the requests, to begin with; 0 for all of them
	Interval waitDuration `json:"interval"` // between one share and the next
}

// allAtOnce is how a project file writes the shift that has no steps.
const allAtOnce = "all-at-once"

// UnmarshalJSON implements [json.Unmarshaler].
func (s *lambdaShift) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(bytes.TrimSpace(raw), []byte(`"`+allAtOnce+`"`)) {
		*s = lambdaShift{}
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || len(members) != 1 {
		return fmt.Errorf("%.80s is no shift; write all-at-once, { canary: { percent: 10, interval: 10m } } or { linear: { percent: 20, interval: 5m } }", raw)
	}
	for name, member := range members {
		if name != "canary" && name != "linear" {
			return fmt.Errorf("shift %.40q is not known; write all-at-once, canary or linear", name)
		}
		type steps lambdaShift // without this method
		d := json.NewDecoder(bytes.NewReader(member))
		d.DisallowUnknownFields()
		if err := d.Decode((*steps)(s)); err != nil {
			return fmt.Errorf("shift %s: %w", name, err)
		}
		if s.Linear = name == "linear"; s.Percent == 0 {
			return fmt.Errorf("shift %s has no percent; write a number from 1 to 99", name)
		}
	}
	return nil
}

// check returns a problem with a share or an interval that can't be.
func (s lambdaShift) check() *Problem {
	switch {
	case s.Percent == 0: // all at once
		return nil
	case s.Percent < 1 || s.Percent > 99:
		return &Problem{"shift", fmt.Sprintf("has the percent %d", s.Percent), "write a number from 1 to 99"}
	case s.Interval == 0:
		return &Problem{"shift", "has no interval", "write the time between one share and the next, such as 10m"}
	}
	return nil
}

// shares returns the shares of the requests, in percent, that go to the new version one
// after the other; the last is 100.
func (s lambdaShift) shares() []int {
	var shares []int
	switch {
	case s.Percent == 0:
	case s.Linear:
		for share := s.Percent; share < 100; share += s.Percent {
			shares = append(shares, share)
		}
	default:
		shares = []int{s.Percent}
	}
	return append(shares, 100)
}
