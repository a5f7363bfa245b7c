package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// acceptFindings accepts findings of cdk-nag, each with the reason why the stack
// is right all the same. It comes last: it reaches only what is declared already.
func acceptFindings(stack awscdk.Stack) {
	cdknag.NagSuppressions_AddStackSuppressions(stack, &[]*cdknag.NagPackSuppression{
		accept("IAM5", "The asterisk stands for the objects under one fixed prefix of one bucket, or of one site's bucket, whose names nobody knows beforehand.",
			&cdknag.RegexAppliesTo{Regex: new(`/^Resource::<(PackagesBucket|WorkBucket|Site)[A-Za-z0-9]*\.Arn>\/([a-z]+\/)?\*$/`)}),
		accept("IAM5", "The actions know no narrower resource; stack.Everywhere lists each with its reason, and a test holds the template to that list.",
			"Resource::*"),
		accept("S1", "Every object that matters is recorded with its digest in the table's audit log; who called S3 is CloudTrail's to record, for all buckets of the account alike."),
		accept("SQS3", "These queues are the dead-letter queues, of rules, functions and a stream, which the rule doesn't look at."),
		accept("SF1", "Every transition that matters is an event item in the table; the execution history has the rest, and the log is for errors."),
		accept("CB4", "The project has no artifacts to encrypt; what a build leaves goes to the work bucket, which encrypts it."),
		accept("IAM5", "The asterisk stands for the schedules of a group, or for the timers in it, which functions make and remove.",
			&cdknag.RegexAppliesTo{Regex: new(`/^Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule\/<(Schedules|Timers)>\/(timer-)?\*$/`)}),
		accept("IAM5", "The asterisk stands for the rules that start runbooks, which functions make and remove under one fixed prefix.",
			&cdknag.RegexAppliesTo{Regex: new(`/^Resource::arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule\/(<Bus[A-Za-z0-9]*>\/)?Slipway-Runbook_\*$/`)}),
	}, nil)
}

// acceptDeployRole accepts the asterisks of a deploy role's policy.
func acceptDeployRole(policy awsiam.Policy) {
	cdknag.NagSuppressions_AddResourceSuppressions(policy, &[]*cdknag.NagPackSuppression{
		accept("IAM5", "The asterisk ends a name that the platform file allows, or is in an ARN of what has one of these names, as the step kind asks.",
			&cdknag.RegexAppliesTo{Regex: new("/^Resource::arn:/")}),
		accept("IAM5", "The actions know no narrower resource; stack.EverywhereInTargets lists each with its reason, and a test holds the template to that list.",
			"Resource::*"),
	}, nil)
}

// accept accepts the findings of a rule of AwsSolutions: those that appliesTo names, or all.
func accept(rule, reason string, appliesTo ...any) *cdknag.NagPackSuppression {
	s := &cdknag.NagPackSuppression{Id: new("AwsSolutions-" + rule), Reason: new(reason)}
	if len(appliesTo) > 0 {
		s.AppliesTo = &appliesTo
	}
	return s
}
