//go:build integration

package step_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationAlarm(t *testing.T) {
	integration.Suite{
		Subject: "alarm",
		Holds: []integration.Claim{
			{Says: "states of alarms", Hold: emulated(posted(alarmsHaveStates))},
			{Says: "who watches an alarm", Hold: emulated(posted(alarmsAreWatched))},
		},
		Gaps: []integration.Claim{
			{Says: "RPC v2 CBOR, which the SDK speaks to CloudWatch, isn't implemented.", Hold: emulated(posted(alarmsSpeakNoCBOR))},
			{Says: "PutCompositeAlarm isn't implemented.", Hold: emulated(posted(alarmsAreNotMadeOfOthers))},
			{Says: "An alarm that changes sends no event.", Hold: emulated(posted(alarmsSendNoEvent))},
		},
	}.Run(t)
}

// alarm makes an alarm of that name and state.
func (o *outpost) alarm(name string, state types.StateValue) {
	o.t.Helper()
	client := cloudwatch.NewFromConfig(o.configuration())
	_, err := client.PutMetricAlarm(o.t.Context(), &cloudwatch.PutMetricAlarmInput{AlarmName: &name, MetricName: aws.String("Errors"), Namespace: aws.String("AWS/Lambda"),
		Statistic: types.StatisticSum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold})
	o.must(err)
	o.change(name, state)
}

func (o *outpost) change(name string, state types.StateValue) {
	o.t.Helper()
	_, err := cloudwatch.NewFromConfig(o.configuration()).SetAlarmState(o.t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &name, StateValue: state, StateReason: aws.String("by the test")})
	o.must(err)
}

func alarmsSpeakNoCBOR(o *outpost) {
	_, err := cloudwatch.NewFromConfig(o.aws).DescribeAlarms(o.t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err == nil {
		o.t.Error("it is")
	}
}

func alarmsHaveStates(o *outpost) {
	o.alarm("states-ok", types.StateValueOk)
	o.alarm("states-none", types.StateValueInsufficientData)
	o.alarm("states-raised", types.StateValueAlarm)
	for with, want := range map[string]string{
		`{"alarms":["states-ok","states-none"]}`:      "",
		`{"alarms":"states-none","missing":"fail"}`:   "AlarmRaised: states-none is INSUFFICIENT_DATA",
		`{"alarms":["states-ok","states-raised"]}`:    "AlarmRaised: states-raised is ALARM: by the test",
		`{"alarms":["states-ok","states-gone"]}`:      "NoSuchAlarm: ",
		`{"alarms":["states-raised"],"for":"10m"}`:    "AlarmRaised: ",
		`{"alarms":["states-ok"],"missing":"fail"}`:   "",
		`{"alarms":["states-none"],"missing":"ok"}`:   "",
		`{"alarms":["states-raised","states-ok"]}`:    "AlarmRaised: ",
		`{"alarms":["states-gone","states-raised"]}`:  "NoSuchAlarm: ",
		`{"alarms":["states-ok-but-another-name"]}`:   "NoSuchAlarm: ",
		`{"alarms":["states-none","states-raised"]}`:  "AlarmRaised: ",
		`{"alarms":"states-raised","missing":"fail"}`: "AlarmRaised: ",
	} {
		outcome, failure := o.run("alarm", with)
		if want == "" && (failure != nil || !outcome.Done) || want != "" && (failure == nil || !strings.HasPrefix(failure.Error(), want)) {
			o.t.Errorf("%s comes to %+v, %v, want %q", with, outcome, failure, want)
		}
	}
}

func alarmsAreNotMadeOfOthers(o *outpost) {
	o.alarm("part", types.StateValueOk)
	_, err := cloudwatch.NewFromConfig(o.configuration()).PutCompositeAlarm(o.t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: aws.String("whole"), AlarmRule: aws.String(`ALARM("part")`)})
	if err == nil {
		o.t.Error("it is")
	}
}

func alarmsAreWatched(o *outpost) {
	o.alarm("watched", types.StateValueOk)
	if outcome, failure := o.run("alarm", `{"alarms":["watched"],"for":"10m"}`); failure != nil || outcome.Done {
		o.t.Fatalf("it starts as %+v, %v", outcome, failure)
	}
	o.change("watched", types.StateValueAlarm)
	event := func() []string {
		return o.told("aws.cloudwatch", "CloudWatch Alarm State Change", `{"alarmName":"watched"}`)
	}
	if got := event(); len(got) != 1 || !strings.HasPrefix(got[0], "AlarmRaised: watched is ALARM") {
		o.t.Errorf("its event leads to %q", got)
	}
	o.must(o.runner.Forget(o.t.Context(), step.Attempt{Execution: o.execution(), Step: "check", Attempt: 1}))
	if got := event(); len(got) != 0 {
		o.t.Errorf("when it has been forgotten its event leads to %q", got)
	}
}

func alarmsSendNoEvent(o *outpost) {
	listen := newListener(o, fmt.Sprintf(`{"detail-type":["CloudWatch Alarm State Change",%q]}`, toldLast))
	o.alarm("silent", types.StateValueOk)
	o.change("silent", types.StateValueAlarm)
	if got := listen(); len(got) != 1 || !strings.Contains(got[0], toldLast) {
		o.t.Errorf("the events that came are %q", got)
	}
}
