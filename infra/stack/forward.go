package stack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"slipway/shared/platform"
)

// forwarded returns the types of the events by which the work of steps tells its end,
// by source. Where that work is in another account or Region, they are sent on to the
// default bus of the stack [Name].
func forwarded() map[string][]string {
	return map[string][]string{
		"aws.backup":         {"Backup Job State Change", "Restore Job State Change"},
		"aws.cloudformation": {"CloudFormation Drift Detection Status Change", "CloudFormation Stack Status Change"},
		"aws.cloudwatch":     {"CloudWatch Alarm State Change"},
		"aws.ecs":            {"ECS Deployment State Change"},
		"aws.ssm":            {"EC2 Automation Execution Status-change Notification"},
		"aws.states":         {"Step Functions Execution Status Change"},
	}
}

// forwardedSources and forwardedTypes return the parts of forwarded, sorted.
func forwardedSources() []string { return slices.Sorted(maps.Keys(forwarded())) }

func forwardedTypes() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for _, types := range forwarded() {
			for _, t := range types {
				if !yield(t) {
					return
				}
			}
		}
	})
}

// forward declares the rule that sends such events of e's place on to the default bus
// of account and region, except where that is the same bus: they would go round for ever.
func forward(stack awscdk.Stack, e platform.Environment, account, region *string) {
	const id = "Events"
	name := targetPrefix + e.Name
	bus := busARN(region, account)
	role := awsiam.NewRole(stack, new(id+"Role"), &awsiam.RoleProps{
		AssumedBy: serviceFor("events.amazonaws.com", stack.FormatArn(&awscdk.ArnComponents{
			Service: new("events"), Resource: new("rule"), ResourceName: new(name)})),
		Description: new("What the rule that tells Slipway of the end of steps may do."),
	})
	allowed := newRights(stack, id+"Rights", role, allow([]*string{bus}, "events:PutEvents"))
	elsewhere := awscdk.NewCfnCondition(stack, new("Elsewhere"), &awscdk.CfnConditionProps{Expression: awscdk.Fn_ConditionNot(awscdk.Fn_ConditionAnd(
		awscdk.Fn_ConditionEquals(awscdk.Aws_ACCOUNT_ID(), account), awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), region)))})
	rule := awsevents.NewCfnRule(stack, new(id), &awsevents.CfnRuleProps{
		Name:         new(name),
		EventPattern: pattern{"source": forwardedSources(), "detail-type": forwardedTypes()},
		State:        new("ENABLED"),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: new("slipway"), Arn: bus, RoleArn: role.RoleArn(), RetryPolicy: retryPolicy(),
		}},
	})
	rule.CfnOptions().SetCondition(elsewhere)
	rule.Node().AddDependency(allowed)
}

// receive lets the accounts of environments send such events, and no others, to the
// default bus. Other Regions of the stack's own account need no leave.
func receive(stack awscdk.Stack, environments []platform.Environment) {
	known := map[string]bool{}
	for _, e := range environments {
		if !e.Elsewhere() || e.Account == "" || known[e.Account] {
			continue
		}
		known[e.Account] = true
		id := "EventsOf" + e.Account
		// The resource's own construct warns of deprecated keys, whether they are set or not.
		awscdk.NewCfnResource(stack, new(id), &awscdk.CfnResourceProps{
			Type:       new("AWS::Events::EventBusPolicy"),
			Properties: &map[string]any{"EventBusName": "default", "StatementId": id, "Statement": receiveFrom(e.Account, id)},
		})
	}
}

// receiveFrom is the statement that lets an account send forwarded events.
func receiveFrom(account, id string) map[string]any {
	return map[string]any{
		"Sid":       id,
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": fmt.Sprintf("arn:%s:iam::%s:root", *awscdk.Aws_PARTITION(), account)},
		"Action":    "events:PutEvents",
		"Resource":  busARN(awscdk.Aws_REGION(), awscdk.Aws_ACCOUNT_ID()),
		"Condition": map[string]any{"StringEquals": map[string]any{
			"events:source": forwardedSources(), "events:detail-type": forwardedTypes()}},
	}
}

// busARN returns the ARN of a default event bus.
func busARN(region, account *string) *string {
	return new(fmt.Sprintf("arn:%s:events:%s:%s:event-bus/default", *awscdk.Aws_PARTITION(), *region, *account))
}
