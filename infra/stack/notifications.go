package stack

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"

	"slipway/events"
)

// newNotifications declares the topic that tells people what they would otherwise
// have to look for: that an approval is asked for, and alarms. Who subscribes is
// the operator's business.
//
// It is not encrypted at rest: messages hold identifiers, hashes and the names of
// alarms, and no secrets. CloudWatch can't use the key that AWS manages for SNS, a
// key of one's own costs by the month, and its policy can't be bound to the account
// for EventBridge (SNS developer guide, "Managing Amazon SNS encryption keys and costs").
func newNotifications(stack awscdk.Stack) awssns.Topic {
	topic := awssns.NewTopic(stack, new("Notifications"), &awssns.TopicProps{
		DisplayName: new(Name),
		EnforceSSL:  new(true),
	})
	// The condition is that of the CloudWatch user guide, "Notifying users on alarm changes".
	alarms := stack.FormatArn(&awscdk.ArnComponents{
		Service: new("cloudwatch"), Resource: new("alarm"), ResourceName: new("*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new("AlarmsOfTheAccountNotify"),
		Principals: &[]awsiam.IPrincipal{serviceFor("cloudwatch.amazonaws.com", alarms)},
		Actions:    &[]*string{new("sns:Publish")},
		Resources:  &[]*string{topic.TopicArn()},
	}))
	return topic
}

// approvalRuleName is the name of the rule that tells of approvals, fixed so that
// its role can be bound to it.
const approvalRuleName = Name + "-ApprovalAsked"

// tellApprovers declares the rule that publishes to the topic what waits for an
// approval. It publishes by a role that only the rule can take on: a topic's policy
// can't name the rule, as EventBridge gives it nothing to put a condition on
// (EventBridge user guide, "Using resource-based policies", Amazon SNS permissions).
func (s system) tellApprovers() awsevents.CfnRule {
	arn := s.stack.FormatArn(&awscdk.ArnComponents{
		Service: new("events"), Resource: new("rule"), ResourceName: awscdk.Fn_Join(new("/"), &[]*string{s.bus.EventBusName(), new(approvalRuleName)}),
	})
	role := awsiam.NewRole(s.stack, new("ApprovalAskedRole"), &awsiam.RoleProps{
		AssumedBy:   serviceFor("events.amazonaws.com", arn),
		Description: new("What the rule that tells of approvals may do."),
	})
	allowed := newRights(s.stack, "ApprovalAskedRights", role, allow([]*string{s.notifications.TopicArn()}, "sns:Publish"))
	rule := awsevents.NewCfnRule(s.stack, new("ApprovalAsked"), &awsevents.CfnRuleProps{
		Name:         new(approvalRuleName),
		EventBusName: s.bus.EventBusName(),
		EventPattern: happened(events.DeploymentAwaitingApproval{}),
		State:        new("ENABLED"),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:               new("notifications"),
			Arn:              s.notifications.TopicArn(),
			RoleArn:          role.RoleArn(),
			InputTransformer: approvalMessage(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: s.queues.undelivered.QueueArn()},
			RetryPolicy:      retryPolicy(),
		}},
	})
	rule.Node().AddDependency(allowed)
	return rule
}

// approvalMessage makes the message of the event. It is a JSON object, not a text:
// a text would arrive in quotes, and the input in it with escaped ones, which the
// Step Functions console does not take.
func approvalMessage() *awsevents.CfnRule_InputTransformerProperty {
	paths := map[string]*string{}
	for name, path := range map[string]string{"deployment": "deployment", "project": "project", "release": "release", "environment": "environment",
		"plan": "plan", "quorum": "quorum", "approvers": "approvers", "console": "start.console"} {
		paths[name] = new("$.detail." + path)
	}
	return &awsevents.CfnRule_InputTransformerProperty{InputPathsMap: &paths, InputTemplate: new(strings.Join([]string{
		`{`,
		`"message": "<project> <release> waits for approval to go to <environment>.",`,
		`"approvers": <approvers>,`,
		`"quorum": <quorum>,`,
		`"approve": "Start an execution in the console with this input, or run: slipway approve <deployment>",`,
		`"reject": "Write reject for approve in the input, or run: slipway reject <deployment>",`,
		`"console": <console>,`,
		`"input":`,
		`{"deployment":<deployment>,"plan":<plan>,"decision":"approve","note":""}`,
		`}`,
	}, "\n"))}
}
