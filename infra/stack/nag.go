package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// acceptFindings accepts findings of cdk-nag, each with the reason why the stack
// is right all the same. It comes last: it reaches only what is declared already.
func acceptFindings(stack awscdk.Stack) {
	accept := func(rule, reason string, appliesTo ...any) *cdknag.NagPackSuppression {
		s := &cdknag.NagPackSuppression{Id: new("AwsSolutions-" + rule), Reason: new(reason)}
		if len(appliesTo) > 0 {
			s.AppliesTo = &appliesTo
		}
		return s
	}
	cdknag.NagSuppressions_AddStackSuppressions(stack, &[]*cdknag.NagPackSuppression{
		accept("IAM5", "The asterisk stands for the objects under one fixed prefix of one bucket, or of one site's bucket, whose names nobody knows beforehand.",
			&cdknag.RegexAppliesTo{Regex: new(`/^Resource::<(PackagesBucket|WorkBucket|Site)[A-Za-z0-9]*\.Arn>\/([a-z]+\/)?\*$/`)}),
		accept("IAM5", "The actions know no narrower resource; stack.Everywhere lists each with its reason, and a test holds the template to that list.",
			"Resource::*"),
		accept("S1", "Every object that matters is recorded with its digest in the table's audit log; who called S3 is CloudTrail's to record, for all buckets of the account alike."),
		accept("SQS3", "These queues are the dead-letter queues, of rules, functions and a stream, which the rule doesn't look at."),
		accept("SF1", "Every transition that matters is an event item in the table; the execution history has the rest, and the log is for errors."),
		accept("CB4", "The project has no artifacts to encrypt; what a build leaves goes to the work bucket, which encrypts it."),
	}, nil)
}
