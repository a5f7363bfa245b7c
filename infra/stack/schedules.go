package stack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"

	"slipway/events"
	"slipway/functions/sweepimages"
)

// sweepInterval is how late an image may be registered whose event was lost.
const sweepInterval = "rate(15 minutes)"

// sweep lets EventBridge Scheduler ask for a sweep of the repositories, if there are any.
func (s system) sweep(rights map[string]awsiam.Policy) {
	if len(s.repositories) == 0 {
		return
	}
	group := awsscheduler.NewCfnScheduleGroup(s.stack, new("Schedules"), &awsscheduler.CfnScheduleGroupProps{Name: new(Name)})
	target := s.functions["sweepimages"].lambda
	role := awsiam.NewRole(s.stack, new("SweepScheduleRole"), &awsiam.RoleProps{
		Description: new("What the schedule of sweeps may do."),
		AssumedBy: awsiam.NewServicePrincipal(new("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			// The group, not the schedule: per the EventBridge Scheduler user guide, "Confused deputy prevention".
			Conditions: &map[string]any{
				"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
				"ArnEquals":    map[string]any{"aws:SourceArn": group.AttrArn()},
			},
		}),
	})
	allowed := newRights(s.stack, "SweepScheduleRights", role,
		allow([]*string{target.FunctionArn()}, "lambda:InvokeFunction"),
		allow([]*string{s.queues.undelivered.QueueArn()}, "sqs:SendMessage"))
	schedule := awsscheduler.NewCfnSchedule(s.stack, new("SweepDue"), &awsscheduler.CfnScheduleProps{
		Description:        new("Asks for a sweep of the repositories, for images whose event was lost."),
		GroupName:          group.Ref(),
		ScheduleExpression: new(sweepInterval),
		FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: new("OFF")},
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn:              target.FunctionArn(),
			RoleArn:          role.RoleArn(),
			Input:            new(fmt.Sprintf(`{"detail-type":%q,"source":%q}`, sweepimages.Due, events.Source)),
			DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: s.queues.undelivered.QueueArn()},
		},
	})
	schedule.Node().AddDependency(allowed, rights["sweepimages"])
}
