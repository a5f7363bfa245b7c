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

// A notice is a message that the topic gets for an event.
type notice struct {
	id    string // of the rule, which is named after the stack and this
	event events.Event
	// paths are the members of the message's values in the event's detail, by the names
	// that template has for them.
	paths    map[string]string
	template []string // lines of a JSON object
}

// notices returns what people are told of: what waits for an approval.
func notices() []notice {
	return []notice{
		{"ApprovalAsked", events.DeploymentAwaitingApproval{},
			map[string]string{"deployment": "deployment", "project": "project", "release": "release", "environment": "environment",
				"plan": "plan", "quorum": "quorum", "approvers": "approvers", "console": "start.console"},
			[]string{
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
			}},
		{"StepApprovalAsked", events.StepAwaitingApproval{},
			map[string]string{"step": "step", "project": "project", "environment": "environment", "question": "message",
				"quorum": "quorum", "approvers": "approvers", "console": "start.console", "input": "start.input"},
			[]string{
				`{`,
				`"message": "Step <step> of <project> in <environment> waits for approval.",`,
				`"question": <question>,`,
				`"approvers": <approvers>,`,
				`"quorum": <quorum>,`,
				`"approve": "Start an execution in the console with this input.",`,
				`"reject": "Write reject for approve in the input.",`,
				`"console": <console>,`,
				`"input": <input>`,
				`}`,
			}},
	}
}

// tellApprovers declares the rules that publish to the topic what waits for an
// approval, and returns their ARNs. Each publishes by a role that only it can take on: a
// topic's policy can't name the rule, as EventBridge gives it nothing to put a condition
// on (EventBridge user guide, "Using resource-based policies", Amazon SNS permissions).
func (s system) tellApprovers() []*string {
	var arns []*string
	for _, n := range notices() {
		arns = append(arns, s.notify(n).AttrArn())
	}
	return arns
}

func (s system) notify(n notice) awsevents.CfnRule {
	name := Name + "-" + n.id // fixed, so that the role can be bound to it
	arn := s.stack.FormatArn(&awscdk.ArnComponents{
		Service: new("events"), Resource: new("rule"), ResourceName: awscdk.Fn_Join(new("/"), &[]*string{s.bus.EventBusName(), new(name)}),
	})
	role := awsiam.NewRole(s.stack, new(n.id+"Role"), &awsiam.RoleProps{
		AssumedBy:   serviceFor("events.amazonaws.com", arn),
		Description: new("What the rule that tells of approvals may do."),
	})
	allowed := newRights(s.stack, n.id+"Rights", role, allow([]*string{s.notifications.TopicArn()}, "sns:Publish"))
	rule := awsevents.NewCfnRule(s.stack, new(n.id), &awsevents.CfnRuleProps{
		Name:         new(name),
		EventBusName: s.bus.EventBusName(),
		EventPattern: happened(n.event),
		State:        new("ENABLED"),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:               new("notifications"),
			Arn:              s.notifications.TopicArn(),
			RoleArn:          role.RoleArn(),
			InputTransformer: n.message(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: s.queues.undelivered.QueueArn()},
			RetryPolicy:      retryPolicy(),
		}},
	})
	rule.Node().AddDependency(allowed)
	return rule
}

// message makes the message of the event. It is a JSON object, not a text: a text would
// arrive in quotes, and the input in it with escaped ones, which the Step Functions
// console does not take.
func (n notice) message() *awsevents.CfnRule_InputTransformerProperty {
	paths := map[string]*string{}
	for name, path := range n.paths {
		paths[name] = new("$.detail." + path)
	}
	return &awsevents.CfnRule_InputTransformerProperty{InputPathsMap: &paths, InputTemplate: new(strings.Join(n.template, "\n"))}
}
