package cloudwatch_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/cloudwatch"
)

// event is the detail of the event of the alarm's first change, in the shape of "Alarm
// events and EventBridge".
const event = `{"alarmName":"errors","configuration":{"description":"Requests fail.","metrics":[{"id":"id-1","metricStat":{"metric":` +
	`{"dimensions":{"FunctionName":"api"},"name":"Errors","namespace":"AWS/Lambda"},"period":300,"stat":"Sum"},"returnData":true}]},` +
	`"previousState":{"reason":"Unchecked: Initial alarm creation","timestamp":"2026-11-22T08:00:00.000+0000","value":"INSUFFICIENT_DATA"},` +
	`"state":{"reason":"a drill","timestamp":"2026-11-22T08:01:00.000+0000","value":"ALARM"}}`

// published is the message of that change.
const published = `{"AlarmName":"errors","AlarmDescription":"Requests fail.","AWSAccountId":"000000000000",` +
	`"AlarmConfigurationUpdatedTimestamp":"2026-11-22T08:00:00.000+0000","NewStateValue":"ALARM","NewStateReason":"a drill",` +
	`"StateChangeTime":"2026-11-22T08:01:00.000+0000","Region":"US East (N. Virginia)","AlarmArn":"` + alarmARN + `","OldStateValue":"INSUFFICIENT_DATA",` +
	`"OKActions":["` + topicARN + `"],"AlarmActions":["` + topicARN + `"],"InsufficientDataActions":[],` +
	`"Trigger":{"MetricName":"Errors","Namespace":"AWS/Lambda","StatisticType":"Statistic","Statistic":"SUM","Unit":null,` +
	`"Dimensions":[{"value":"api","name":"FunctionName"}],"Period":300,"EvaluationPeriods":1,"ComparisonOperator":"GreaterThanOrEqualToThreshold",` +
	`"Threshold":1.0,"TreatMissingData":"notBreaching","EvaluateLowSampleCountPercentile":""}}`

func TestAChangeOfStateIsAnEventAndIsPublished(t *testing.T) {
	r := newRig(t)
	r.clock.RunUntil(start.Add(time.Minute))
	r.set("ALARM", "a drill")
	if len(r.changes) != 1 || r.changes[0].AlarmARN != alarmARN || !r.changes[0].Time.Equal(start.Add(time.Minute)) {
		t.Fatalf("changes %+v", r.changes)
	}
	if detail, err := json.Marshal(r.changes[0]); err != nil || string(detail) != event {
		t.Errorf("the event is\n%s, want\n%s", detail, event)
	}
	if want := (publication{topicARN, `ALARM: "errors" in US East (N. Virginia)`, published}); len(r.published) != 1 || r.published[0] != want {
		t.Errorf("published %+v, want %+v", r.published, want)
	}
}

func TestTheSameStateAgainIsToldToNobody(t *testing.T) {
	r := newRig(t)
	r.set("ALARM", "first")
	r.set("ALARM", "second")
	if len(r.changes) != 1 || len(r.published) != 1 {
		t.Errorf("%d events, %d messages", len(r.changes), len(r.published))
	}
	if _, answer := r.call("DescribeAlarms", `{}`); !strings.Contains(answer, `"StateReason":"second"`) {
		t.Errorf("the alarm is %s", answer)
	}
}

func TestEachStateHasItsOwnTopics(t *testing.T) {
	r := newRig(t)
	for _, state := range []string{"OK", "INSUFFICIENT_DATA", "ALARM"} {
		r.set(state, "")
	}
	var subjects []string
	for _, p := range r.published {
		subject, _, _ := strings.Cut(p.subject, ":")
		subjects = append(subjects, subject)
	}
	if len(r.changes) != 3 || strings.Join(subjects, " ") != "OK ALARM" {
		t.Errorf("%d events, messages %v", len(r.changes), subjects)
	}
}

func TestADisabledAlarmPublishesNothingAndIsAnEventStill(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		operation string
		messages  int
	}{{"DisableAlarmActions", 0}, {"EnableAlarmActions", 1}} {
		if status, answer := r.call(c.operation, `{"AlarmNames":["errors","none"]}`); status != 200 {
			t.Fatalf("%s: %s", c.operation, answer)
		}
		r.set("OK", "")
		r.published = nil
		r.set("ALARM", "")
		if len(r.published) != c.messages {
			t.Errorf("after %s: %d messages, want %d", c.operation, len(r.published), c.messages)
		}
	}
	if len(r.changes) != 4 {
		t.Errorf("%d events", len(r.changes))
	}
}

func TestATopicThatIsGoneIsNotedAndTheStateChanges(t *testing.T) {
	r := newRig(t)
	r.refuse = noTopic
	r.set("ALARM", "")
	if _, answer := r.call("DescribeAlarmHistory", `{"AlarmName":"errors","HistoryItemType":"Action"}`); len(r.changes) != 1 || !strings.Contains(answer, "Failed to execute action "+topicARN) {
		t.Errorf("%d events, history %s", len(r.changes), answer)
	}
	r.refuse = errors.New("the store is full")
	if status, answer := r.call("SetAlarmState", `{"AlarmName":"errors","StateValue":"OK","StateReason":""}`); status != 500 || !strings.Contains(answer, "the store is full") {
		t.Errorf("SetAlarmState: %d %s", status, answer)
	}
	if _, answer := r.call("DescribeAlarms", `{"StateValue":"ALARM"}`); !strings.Contains(answer, `"errors"`) {
		t.Errorf("the alarm has changed although that failed: %s", answer)
	}
}

func TestALongNameFitsTheSubject(t *testing.T) {
	r := newRig(t)
	name := strings.Repeat("ü", 200)
	r.create(spec(name))
	if status, answer := r.call("SetAlarmState", `{"AlarmName":"`+name+`","StateValue":"ALARM","StateReason":""}`); status != 200 {
		t.Fatal(answer)
	}
	if subject := []rune(r.published[0].subject); len(subject) != 100 || !strings.HasSuffix(string(subject), "ü...") {
		t.Errorf("subject %s", string(subject))
	}
}

func TestARestartUndoesNothing(t *testing.T) {
	r := newRig(t)
	r.set("ALARM", "a drill")
	r.call("DisableAlarmActions", `{"AlarmNames":["errors"]}`)
	r.restart()
	r.create(spec("errors"))
	_, answer := r.call("DescribeAlarms", `{}`)
	if !strings.Contains(answer, `"StateValue":"ALARM"`) || !strings.Contains(answer, `"ActionsEnabled":false`) {
		t.Errorf("after the restart: %s", answer)
	}
	changed := spec("errors")
	changed.Period = 60
	r.create(changed)
	_, answer = r.call("DescribeAlarms", `{}`)
	if !strings.Contains(answer, `"Period":60`) || !strings.Contains(answer, `"ActionsEnabled":true`) || !strings.Contains(answer, `"StateValue":"ALARM"`) {
		t.Errorf("after a change of the template: %s", answer)
	}
}

func TestAnAlarmThatCannotBeIsRefused(t *testing.T) {
	for want, change := range map[string]func(*cloudwatch.Spec){
		"'alarmName'": func(s *cloudwatch.Spec) { s.AlarmName = "a\tb" },
		"'alarmActions' failed to satisfy constraint: Member must be the ARN of an SNS topic": func(s *cloudwatch.Spec) { s.AlarmActions = []string{"arn:aws:automate:us-east-1:ec2:stop"} },
		"'oKActions' failed to satisfy constraint: Member must have at most 5":                func(s *cloudwatch.Spec) { s.OKActions = make([]string, 6) },
		"'metricName' failed":         func(s *cloudwatch.Spec) { s.MetricName = "" },
		"'statistic' failed":          func(s *cloudwatch.Spec) { s.Statistic = "Median" },
		"and not both":                func(s *cloudwatch.Spec) { s.ExtendedStatistic = "p99" },
		"'extendedStatistic' failed":  func(s *cloudwatch.Spec) { s.Statistic, s.ExtendedStatistic = "", "most" },
		"'period' failed":             func(s *cloudwatch.Spec) { s.Period = 90 },
		"'evaluationPeriods' failed":  func(s *cloudwatch.Spec) { s.EvaluationPeriods = 0 },
		"'datapointsToAlarm' failed":  func(s *cloudwatch.Spec) { s.DatapointsToAlarm = 2 },
		"'threshold' failed":          func(s *cloudwatch.Spec) { s.Threshold = nil },
		"'comparisonOperator' failed": func(s *cloudwatch.Spec) { s.ComparisonOperator = "GreaterThanUpperThreshold" },
		"'treatMissingData' failed to satisfy constraint: Member must satisfy enum value set: [breaching": func(s *cloudwatch.Spec) { s.TreatMissingData = "x" },
	} {
		s := spec("errors")
		change(&s)
		if err := newRig(t).engine.Create(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Create = %v, want %s", err, want)
		}
	}
}
