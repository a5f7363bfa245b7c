package cloudwatch

import "time"

// A StateChange is the detail of a "CloudWatch Alarm State Change" event, per "Alarm
// events and EventBridge" in the CloudWatch user guide.
type StateChange struct {
	Time     time.Time `json:"-"` // of the event's envelope
	AlarmARN string    `json:"-"` // the resource in the event's envelope

	AlarmName     string        `json:"alarmName"`
	Configuration Configuration `json:"configuration"`
	PreviousState State         `json:"previousState"`
	State         State         `json:"state"`
}

// A Configuration is what an alarm watches.
type Configuration struct {
	Description string   `json:"description,omitempty"`
	Metrics     []Metric `json:"metrics"` // one
}

// A Metric is a metric that an alarm watches, with its statistic.
type Metric struct {
	ID         string     `json:"id"`
	MetricStat MetricStat `json:"metricStat"`
	ReturnData bool       `json:"returnData"`
}

// A MetricStat is a statistic of a metric.
type MetricStat struct {
	Metric MetricName `json:"metric"`
	Period int        `json:"period"` // in seconds
	Stat   string     `json:"stat"`
	Unit   string     `json:"unit,omitempty"`
}

// A MetricName is what tells a metric from all others.
type MetricName struct {
	Dimensions map[string]string `json:"dimensions"`
	Name       string            `json:"name"`
	Namespace  string            `json:"namespace"`
}

// A State is a state of an alarm.
type State struct {
	Reason     string `json:"reason"`
	ReasonData string `json:"reasonData,omitempty"` // JSON
	Timestamp  string `json:"timestamp"`
	Value      string `json:"value"`
}

func (s state) told() State { return State{s.Reason, s.Data, timestamp(s.Since), s.Value} }

// stateChange returns the event of a change from the state before.
func (e *Engine) stateChange(a *alarm, before state) StateChange {
	dimensions := map[string]string{}
	for _, d := range a.Dimensions {
		dimensions[d.Name] = d.Value
	}
	return StateChange{Time: a.State.Since, AlarmARN: e.ARN(a.AlarmName), AlarmName: a.AlarmName,
		Configuration: Configuration{a.AlarmDescription, []Metric{{ID: a.MetricID, ReturnData: true,
			MetricStat: MetricStat{MetricName{dimensions, a.MetricName, a.Namespace}, a.Period, a.Statistic + a.ExtendedStatistic, a.Unit}}}},
		PreviousState: before.told(), State: a.State.told()}
}
