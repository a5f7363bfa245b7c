package local_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// apiErrors is an alarm of the stack.
const apiErrors = "Slipway-ApiErrors"

func (w *world) setAlarm(state types.StateValue) {
	w.t.Helper()
	_, err := cloudwatch.NewFromConfig(w.stack.Configuration("operator1")).SetAlarmState(context.Background(),
		&cloudwatch.SetAlarmStateInput{AlarmName: aws.String(apiErrors), StateValue: state, StateReason: aws.String("a drill")})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAnAlarmOfTheStackThatIsSetIsAnEventAndMail(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.subscribe("ops@example.com")
	client := cloudwatch.NewFromConfig(w.stack.Configuration("operator1"))
	out, err := client.DescribeAlarms(context.Background(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{apiErrors}})
	if err != nil || len(out.MetricAlarms) != 1 || out.MetricAlarms[0].StateValue != types.StateValueInsufficientData || *out.MetricAlarms[0].Dimensions[0].Value != "Slipway-Api" {
		t.Fatalf("DescribeAlarms = %+v, %v", out, err)
	}
	w.setAlarm(types.StateValueAlarm)
	w.run(0)
	w.restart()
	w.setAlarm(types.StateValueAlarm) // which it is already
	w.run(0)
	var seen []string
	for _, e := range w.taken {
		if e.Event.Source == "aws.cloudwatch" {
			seen = append(seen, e.Bus+" "+e.Event.DetailType+" "+strings.Join(e.Event.Resources, " "))
		}
	}
	if got := strings.Join(seen, "; "); got != "default CloudWatch Alarm State Change arn:aws:cloudwatch:us-east-1:000000000000:alarm:"+apiErrors {
		t.Errorf("events: %s", got)
	}
	if len(w.mails) != 1 || !strings.Contains(w.mails[0].Message, `"NewStateValue":"ALARM"`) {
		t.Errorf("mails: %+v", w.mails)
	}
}
