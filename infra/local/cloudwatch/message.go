package cloudwatch

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
)

// A message is what an alarm publishes to topics, as CloudWatch writes it.
type message struct {
	AlarmName                          string
	AlarmDescription                   *string
	AWSAccountId                       string
	AlarmConfigurationUpdatedTimestamp string
	NewStateValue                      string
	NewStateReason                     string
	StateChangeTime                    string
	Region                             string // by its name for people
	AlarmArn                           string
	OldStateValue                      string
	OKActions                          []string
	AlarmActions                       []string
	InsufficientDataActions            []string
	Trigger                            trigger
}

type trigger struct {
	MetricName                       string
	Namespace                        string
	StatisticType                    string
	Statistic                        string `json:",omitempty"`
	ExtendedStatistic                string `json:",omitempty"`
	Unit                             *string
	Dimensions                       []dimension
	Period                           int
	EvaluationPeriods                int
	DatapointsToAlarm                int `json:",omitempty"`
	ComparisonOperator               string
	Threshold                        json.RawMessage
	TreatMissingData                 string
	EvaluateLowSampleCountPercentile string
}

type dimension struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

// message returns the message of a change from the state before.
func (e *Engine) message(a *alarm, before state) (string, error) {
	text, err := awsjson.Encode(message{
		AlarmName: a.AlarmName, AlarmDescription: orNull(a.AlarmDescription), AWSAccountId: e.Account,
		AlarmConfigurationUpdatedTimestamp: timestamp(a.Configured), NewStateValue: a.State.Value, NewStateReason: a.State.Reason,
		StateChangeTime: timestamp(a.State.Since), Region: regionName(e.Region), AlarmArn: e.ARN(a.AlarmName), OldStateValue: before.Value,
		OKActions: orEmpty(a.OKActions), AlarmActions: orEmpty(a.AlarmActions), InsufficientDataActions: orEmpty(a.InsufficientDataActions),
		Trigger: a.trigger(),
	})
	if err != nil {
		return "", fmt.Errorf("message of alarm %s: %w", a.AlarmName, err)
	}
	return string(text), nil
}

func (a *alarm) trigger() trigger {
	t := trigger{MetricName: a.MetricName, Namespace: a.Namespace, StatisticType: "Statistic", Statistic: constant(a.Statistic),
		ExtendedStatistic: a.ExtendedStatistic, Unit: orNull(a.Unit), Dimensions: []dimension{}, Period: a.Period,
		EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm, ComparisonOperator: a.ComparisonOperator,
		Threshold: double(*a.Threshold), TreatMissingData: a.TreatMissingData, EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentile}
	if a.ExtendedStatistic != "" {
		t.StatisticType = "ExtendedStatistic"
	}
	for _, d := range a.Dimensions {
		t.Dimensions = append(t.Dimensions, dimension{d.Value, d.Name})
	}
	return t
}

// constant returns the name of a statistic as messages have it, such as SAMPLE_COUNT.
func constant(statistic string) string {
	return strings.ToUpper(strings.Replace(statistic, "SampleCount", "Sample_Count", 1))
}

// double writes a number as messages do: 1 is 1.0.
func double(f float64) json.RawMessage {
	const bits = 64
	text := strconv.FormatFloat(f, 'f', -1, bits)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return json.RawMessage(text)
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// subject returns the subject of an alarm's message, cut to what SNS takes.
func (e *Engine) subject(a *alarm) string {
	const longest = 100
	subject := []rune(a.State.Value + `: "` + a.AlarmName + `" in ` + regionName(e.Region))
	if len(subject) > longest {
		return string(subject[:longest-3]) + "..."
	}
	return string(subject)
}

// regionName returns what CloudWatch calls the Region in messages: only that of local
// mode has a name here.
func regionName(region string) string {
	if region == "us-east-1" {
		return "US East (N. Virginia)"
	}
	return region
}
