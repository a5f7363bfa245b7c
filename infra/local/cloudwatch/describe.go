package cloudwatch

import "slipway/infra/local/awsjson"

// A record is a structure of an answer, by the names of its members. Its values are
// texts, whole and other numbers, truth values, [awsjson.Time], lists of type []any,
// and records, which each protocol writes in its own way.
type record = map[string]any

// isEmpty tells whether an answer is that of an operation that has none.
func isEmpty(answer any) bool {
	r, ok := answer.(record)
	return ok && len(r) == 0
}

// describe returns a as DescribeAlarms shows it. Members without a value are left out.
func (e *Engine) describe(a *alarm) record {
	shown := record{
		"AlarmName": a.AlarmName, "AlarmArn": e.ARN(a.AlarmName), "AlarmConfigurationUpdatedTimestamp": awsjson.Time(a.Configured),
		"ActionsEnabled": a.ActionsEnabled == nil || *a.ActionsEnabled,
		"AlarmActions":   values(a.AlarmActions), "OKActions": values(a.OKActions), "InsufficientDataActions": values(a.InsufficientDataActions),
		"StateValue": a.State.Value, "StateReason": a.State.Reason,
		"StateUpdatedTimestamp": awsjson.Time(a.State.Since), "StateTransitionedTimestamp": awsjson.Time(a.State.Since),
		"MetricName": a.MetricName, "Namespace": a.Namespace, "Dimensions": a.dimensions(), "Period": a.Period,
		"EvaluationPeriods": a.EvaluationPeriods, "Threshold": *a.Threshold, "ComparisonOperator": a.ComparisonOperator,
	}
	for member, text := range map[string]string{
		"AlarmDescription": a.AlarmDescription, "StateReasonData": a.State.Data, "Statistic": a.Statistic,
		"ExtendedStatistic": a.ExtendedStatistic, "Unit": a.Unit, "TreatMissingData": a.TreatMissingData,
		"EvaluateLowSampleCountPercentile": a.EvaluateLowSampleCountPercentile,
	} {
		if text != "" {
			shown[member] = text
		}
	}
	if a.DatapointsToAlarm > 0 {
		shown["DatapointsToAlarm"] = a.DatapointsToAlarm
	}
	return shown
}

func (a *alarm) dimensions() []any {
	list := []any{}
	for _, d := range a.Dimensions {
		list = append(list, record{"Name": d.Name, "Value": d.Value})
	}
	return list
}

// values returns texts as a list of an answer.
func values(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
