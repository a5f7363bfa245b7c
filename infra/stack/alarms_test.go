package stack_test

import "testing"

// watched returns the logical ids for which an alarm watches the metric.
func (d document) watched(t *testing.T, metric string) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, alarm := range d.of(t, "AWS::CloudWatch::Alarm") {
		if alarm.at("MetricName") == metric {
			ids[target(alarm.at("Dimensions", 0, "Value"))] = true
		}
	}
	return ids
}

func TestEveryAlarmTellsTheTopicWhenItGoesOffAndWhenItIsOver(t *testing.T) {
	d := load(t)
	for id, alarm := range d.of(t, "AWS::CloudWatch::Alarm") {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if d.Resources[target(alarm.at(actions, 0))].Type != "AWS::SNS::Topic" || alarm.at(actions, 1) != nil {
				t.Errorf("%s has the %s %v", id, actions, alarm.at(actions))
			}
		}
	}
}

func TestEveryQueueAndFunctionAndTheDeployMachineHaveAlarms(t *testing.T) {
	d := load(t)
	for kind, metric := range map[string]string{
		"AWS::SQS::Queue":       "ApproximateNumberOfMessagesVisible",
		"AWS::Lambda::Function": "Errors",
	} {
		watched := d.watched(t, metric)
		for id := range d.of(t, kind) {
			if !watched[id] {
				t.Errorf("no alarm watches %s of %s", metric, id)
			}
		}
	}
	for _, metric := range []string{"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"} {
		if !d.watched(t, metric)["Deploy"] {
			t.Errorf("no alarm watches %s of the Deploy machine", metric)
		}
	}
	for id, source := range d.of(t, "AWS::Lambda::EventSourceMapping") {
		if !d.watched(t, "IteratorAge")[target(source.at("FunctionName"))] {
			t.Errorf("no alarm watches how far %s lags behind", id)
		}
	}
}
