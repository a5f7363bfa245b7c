package stack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"

	"slipway/events"
	"slipway/functions/sweepimages"
	"slipway/shared/trigger"
)

// triggersInterval is how long what somebody has changed of a trigger by hand may last.
const triggersInterval = "rate(1 hour)"

// sweepInterval is how late an image may be registered whose event was lost.
const sweepInterval = "rate(15 minutes)"

// schedules are the schedules of one group, with the role that they take on.
type schedules struct {
	group awsscheduler.CfnScheduleGroup
	role  awsiam.Role
}

// newSchedules declares a group of that name, and a role that its schedules, and no
// others, take on.
func newSchedules(stack awscdk.Stack, id, name, what string) schedules {
	group := awsscheduler.NewCfnScheduleGroup(stack, new(id), &awsscheduler.CfnScheduleGroupProps{Name: new(name)})
	role := awsiam.NewRole(stack, new(id+"Role"), &awsiam.RoleProps{
		Description: new("What " + what + " may do."),
		AssumedBy: awsiam.NewServicePrincipal(new("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			// The group, not the schedule: per the EventBridge Scheduler user guide, "Confused deputy prevention".
			Conditions: &map[string]any{
				"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
				"ArnEquals":    map[string]any{"aws:SourceArn": group.AttrArn()},
			},
		}),
	})
	return schedules{group, role}
}

// invoke lets the schedules invoke the functions.
func (s system) invoke(id string, schedules schedules, functions ...string) awsiam.Policy {
	var arns []*string
	for _, name := range functions {
		arns = append(arns, s.functions[name].lambda.FunctionArn())
	}
	return newRights(s.stack, id+"Rights", schedules.role,
		allow(arns, "lambda:InvokeFunction"),
		allow([]*string{s.queues.undelivered.QueueArn()}, "sqs:SendMessage"))
}

// sweep lets EventBridge Scheduler ask for a sweep of the repositories, if there are
// any, and for a look at the triggers of runbooks.
func (s system) sweep(rights map[string]awsiam.Policy) {
	s.invoke("Timers", s.timers, "resumestep")
	allowed := s.invoke("Schedules", s.schedules, "applyproject", "startrunbook", "sweepimages")
	s.newSchedule(sweptBy{"TriggersSweepDue", "applyproject", triggersInterval, trigger.Sweep,
		"Asks for a look at the triggers of runbooks, whether somebody has changed them."}, allowed, rights)
	if len(s.repositories) > 0 {
		s.newSchedule(sweptBy{"SweepDue", "sweepimages", sweepInterval, sweepimages.Due,
			"Asks for a sweep of the repositories, for images whose event was lost."}, allowed, rights)
	}
}

// sweptBy is a schedule of the stack's own.
type sweptBy struct{ id, function, every, due, description string }

func (s system) newSchedule(by sweptBy, allowed awsiam.Policy, rights map[string]awsiam.Policy) {
	schedule := awsscheduler.NewCfnSchedule(s.stack, new(by.id), &awsscheduler.CfnScheduleProps{
		Description:        new(by.description),
		GroupName:          s.schedules.group.Ref(),
		ScheduleExpression: new(by.every),
		FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: new("OFF")},
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn:              s.functions[by.function].lambda.FunctionArn(),
			RoleArn:          s.schedules.role.RoleArn(),
			Input:            new(fmt.Sprintf(`{"detail-type":%q,"source":%q}`, by.due, events.Source)),
			DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: s.queues.undelivered.QueueArn()},
		},
	})
	schedule.Node().AddDependency(allowed, rights[by.function])
}

// triggerRules lets the rules that applyproject makes invoke startrunbook, and returns
// their ARNs.
func (s system) triggerRules() []*string {
	arns := s.triggerARNs()
	for i, id := range []string{"TriggersOnDefaultBus", "TriggersOnSlipwayBus"} {
		s.functions["startrunbook"].lambda.AddPermission(new(id), &awslambda.Permission{
			Principal: awsiam.NewServicePrincipal(new("events.amazonaws.com"), nil), SourceArn: arns[i]})
	}
	return arns
}

// triggerARNs returns the ARNs of the rules that start runbooks, on the default bus and on
// Slipway's; * stands for any text in them.
func (s system) triggerARNs() []*string {
	bus := s.stack.FormatArn(&awscdk.ArnComponents{Service: new("events"), Resource: new("rule"), ResourceName: new(trigger.RulePrefix + "*")})
	own := s.stack.FormatArn(&awscdk.ArnComponents{Service: new("events"), Resource: new("rule"),
		ResourceName: awscdk.Fn_Join(new("/"), &[]*string{s.bus.EventBusName(), new(trigger.RulePrefix + "*")})})
	return []*string{bus, own}
}

// keepTriggers allows to keep the schedules and rules that start runbooks.
func (s system) keepTriggers() []awsiam.PolicyStatement {
	inGroup := s.stack.FormatArn(&awscdk.ArnComponents{Service: new("scheduler"), Resource: new("schedule"),
		ResourceName: awscdk.Fn_Join(new("/"), &[]*string{s.schedules.group.Ref(), new("*")})})
	rules := s.triggerARNs()
	return list(nil,
		allow([]*string{inGroup}, "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule"),
		allowEverywhere("scheduler:ListSchedules"),
		passRole(s.schedules.role, "scheduler.amazonaws.com"),
		allow(rules, "events:DeleteRule", "events:ListTargetsByRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets"),
		allowEverywhere("events:ListRules"))
}

// setTimers allows to set and clear timers.
func (s system) setTimers() []awsiam.PolicyStatement {
	inGroup := s.stack.FormatArn(&awscdk.ArnComponents{Service: new("scheduler"), Resource: new("schedule"),
		ResourceName: awscdk.Fn_Join(new("/"), &[]*string{s.timers.group.Ref(), new("timer-*")})})
	return list(nil,
		allow([]*string{inGroup}, "scheduler:CreateSchedule", "scheduler:DeleteSchedule"),
		allowEverywhere("scheduler:ListSchedules"),
		passRole(s.timers.role, "scheduler.amazonaws.com"))
}

// passRole allows to hand the role on to a service.
func passRole(role awsiam.Role, service string) awsiam.PolicyStatement {
	return allowWhen(&map[string]any{"StringEquals": map[string]any{"iam:PassedToService": service}}, []*string{role.RoleArn()}, "iam:PassRole")
}
