package cloudwatch

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"slipway/infra/local/awsjson"
)

// Limits of the API reference of PutMetricAlarm and SetAlarmState, in characters or members.
const (
	maxName        = 255
	maxDescription = 1024
	maxActions     = 5
	maxDimensions  = 30
	maxReason      = 1023
	maxReasonData  = 4000
)

var (
	topicPattern    = regexp.MustCompile(`^arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$`)
	extendedPattern = regexp.MustCompile(`^(p|tm|tc|ts|wm|TM|TC|TS|WM|PR)\(?[0-9.:%]+\)?$|^IQM$`)
)

// A constraint is what a member must satisfy.
type constraint struct {
	holds  bool
	member string
	value  any
	must   string
}

// check returns the refusal of the first constraint that doesn't hold.
func check(constraints ...constraint) error {
	for _, c := range constraints {
		if !c.holds {
			return invalid("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must %s", c.value, c.member, c.must)
		}
	}
	return nil
}

// invalid refuses a request; the query protocol has a name of its own for that.
func invalid(format string, args ...any) *awsjson.Error {
	refusal := awsjson.Errorf("ValidationException", format, args...)
	refusal.QueryCode = "ValidationError"
	return refusal
}

// oneOf makes the constraint that value is one of the values, or empty when it may be.
func oneOf(member, value string, values ...string) constraint {
	return constraint{slices.Contains(values, value), member, value, fmt.Sprintf("satisfy enum value set: [%s]", strings.TrimLeft(strings.Join(values, ", "), ", "))}
}

// checkName checks the name of an alarm: it has no ASCII control characters.
func checkName(name string) error {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	return check(constraint{length(name) >= 1 && length(name) <= maxName && !strings.ContainsFunc(name, control), "alarmName", name,
		fmt.Sprintf("have 1 to %d characters, none of them a control character", maxName)})
}

func length(text string) int { return utf8.RuneCountInString(text) }

// validate returns the refusal of an alarm that can't be.
func (s Spec) validate() error {
	if err := checkName(s.AlarmName); err != nil {
		return err
	}
	if err := cmp.Or(checkActions("alarmActions", s.AlarmActions), checkActions("oKActions", s.OKActions), checkActions("insufficientDataActions", s.InsufficientDataActions)); err != nil {
		return err
	}
	return check(
		constraint{length(s.AlarmDescription) <= maxDescription, "alarmDescription", s.AlarmDescription, fmt.Sprintf("have length less than or equal to %d", maxDescription)},
		constraint{s.MetricName != "", "metricName", s.MetricName, "not be empty; alarms of expressions are not supported"},
		constraint{s.Namespace != "", "namespace", s.Namespace, "not be empty"},
		constraint{len(s.Dimensions) <= maxDimensions, "dimensions", len(s.Dimensions), fmt.Sprintf("have at most %d members", maxDimensions)},
		constraint{(s.Statistic == "") != (s.ExtendedStatistic == ""), "statistic", s.Statistic, "be given, or extendedStatistic, and not both"},
		oneOf("statistic", s.Statistic, "", "SampleCount", "Average", "Sum", "Minimum", "Maximum"),
		constraint{s.ExtendedStatistic == "" || extendedPattern.MatchString(s.ExtendedStatistic), "extendedStatistic", s.ExtendedStatistic, "be a percentile or a trimmed statistic, such as p99.9"},
		constraint{s.Period == 10 || s.Period == 20 || s.Period == 30 || s.Period > 0 && s.Period%60 == 0, "period", s.Period, "be 10, 20, 30 or a multiple of 60"},
		constraint{s.EvaluationPeriods >= 1, "evaluationPeriods", s.EvaluationPeriods, "be greater than or equal to 1"},
		constraint{s.DatapointsToAlarm >= 0 && s.DatapointsToAlarm <= s.EvaluationPeriods, "datapointsToAlarm", s.DatapointsToAlarm, "be between 1 and evaluationPeriods"},
		constraint{s.Threshold != nil, "threshold", nil, "not be null"},
		oneOf("comparisonOperator", s.ComparisonOperator, "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"),
		oneOf("treatMissingData", s.TreatMissingData, "", "breaching", "notBreaching", "ignore", "missing"),
		oneOf("evaluateLowSampleCountPercentile", s.EvaluateLowSampleCountPercentile, "", "evaluate", "ignore"),
	)
}

// checkActions refuses actions other than topics: nothing else would be done here.
func checkActions(member string, actions []string) error {
	if err := check(constraint{len(actions) <= maxActions, member, len(actions), fmt.Sprintf("have at most %d members", maxActions)}); err != nil {
		return err
	}
	for _, action := range actions {
		if err := check(constraint{topicPattern.MatchString(action), member, action, "be the ARN of an SNS topic; other actions are not supported"}); err != nil {
			return err
		}
	}
	return nil
}
