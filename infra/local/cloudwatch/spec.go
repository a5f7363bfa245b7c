package cloudwatch

import "slices"

// A Spec describes an alarm of one metric. Its members are those of PutMetricAlarm and
// of the CloudFormation type AWS::CloudWatch::Alarm. Those that say how the metric is
// evaluated are kept and shown, and have no effect on one machine.
type Spec struct {
	AlarmName        string
	AlarmDescription string
	// ActionsEnabled tells whether a change of state is published; nil means true.
	ActionsEnabled *bool
	// The ARNs of the topics that a change to the state is published to.
	AlarmActions            []string
	OKActions               []string
	InsufficientDataActions []string

	MetricName string
	Namespace  string
	Dimensions []Dimension
	// One of Statistic and ExtendedStatistic must be set.
	Statistic         string
	ExtendedStatistic string
	Period            int // in seconds
	Unit              string

	EvaluationPeriods  int
	DatapointsToAlarm  int // EvaluationPeriods when 0
	Threshold          *float64
	ComparisonOperator string

	TreatMissingData                 string
	EvaluateLowSampleCountPercentile string
}

// A Dimension is a name and a value that tell metrics of one name apart.
type Dimension struct{ Name, Value string }

// The states of an alarm.
const (
	OK               = "OK"
	Alarm            = "ALARM"
	InsufficientData = "INSUFFICIENT_DATA"
)

// actions returns the topics that a change to the state is published to.
func (s Spec) actions(state string) []string {
	switch {
	case s.ActionsEnabled != nil && !*s.ActionsEnabled:
		return nil
	case state == OK:
		return s.OKActions
	case state == Alarm:
		return s.AlarmActions
	}
	return s.InsufficientDataActions
}

// acts tells whether an action of s has the prefix.
func (s Spec) acts(prefix string) bool {
	return slices.ContainsFunc(slices.Concat(s.OKActions, s.AlarmActions, s.InsufficientDataActions), func(action string) bool {
		return len(action) >= len(prefix) && action[:len(prefix)] == prefix
	})
}
