package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// watch declares the alarms: every dead-letter queue, every function, the
// stream and the workflows Deploy and Runbook. An approval that fails has told the person who
// started it, and raises none. Each alarm tells the topic when it goes off and when
// it is over.
func (s system) watch() {
	for _, queue := range s.queues.all() {
		s.alarm(*queue.Node().Id()+"Alarm", 1, "Messages wait in a dead-letter queue: events that nobody acted on.",
			queue.MetricApproximateNumberOfMessagesVisible(over5Minutes("Maximum")))
	}
	for _, f := range Functions() {
		s.alarm(f.ID+"Errors", 1, "The function "+f.Name+" failed.",
			s.functions[f.Name].lambda.MetricErrors(over5Minutes("Sum")))
	}
	s.alarm("PublishEventsLag", 5*60*1000, "Events have waited in the table's stream for 5 minutes or longer.",
		s.functions["publishevents"].lambda.Metric(new("IteratorAge"), over5Minutes("Maximum")))
	for _, outcome := range []string{"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"} {
		s.alarm("Deploy"+outcome, 1, "A deployment's execution failed, timed out or was aborted.",
			executionMetric(s.workflows.deploy, outcome))
		s.alarm("Runbook"+outcome, 1, "A run's execution failed, timed out or was aborted.",
			executionMetric(s.workflows.runbook, outcome))
	}
}

// executionMetric returns how many executions of machine ended that way.
func executionMetric(machine awsstepfunctions.CfnStateMachine, name string) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     new("AWS/States"),
		MetricName:    new(name),
		DimensionsMap: &map[string]*string{"StateMachineArn": machine.Ref()},
		Period:        awscdk.Duration_Minutes(new(5.0)),
		Statistic:     new("Sum"),
	})
}

func over5Minutes(statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(new(5.0)), Statistic: new(statistic)}
}

// alarm declares an alarm for when the metric reaches the threshold in one period.
func (s system) alarm(id string, threshold float64, description string, metric awscloudwatch.IMetric) {
	alarm := awscloudwatch.NewAlarm(s.stack, new(id), &awscloudwatch.AlarmProps{
		AlarmDescription:   new(description),
		Metric:             metric,
		Threshold:          new(threshold),
		EvaluationPeriods:  new(1.0),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	tell := awscloudwatchactions.NewSnsAction(s.notifications)
	alarm.AddAlarmAction(tell)
	alarm.AddOkAction(tell)
}
