package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// announce declares the outputs, by which the command line and the scripts find
// everything else. Their names are public.
func (s system) announce(apiURL *string) {
	outputs := constructs.NewConstruct(s.stack, new("Outputs")) // a scope of their own: resources have these ids, too
	output := func(name string, value *string) {
		awscdk.NewCfnOutput(outputs, new(name), &awscdk.CfnOutputProps{Value: value}).OverrideLogicalId(new(name))
	}
	output("PackagesBucket", s.buckets.packages.BucketName())
	output("WorkBucket", s.buckets.work.BucketName())
	output("TableName", s.records.table.TableName())
	output("EventBusName", s.bus.EventBusName())
	output("NotificationsTopic", s.notifications.TopicArn())
	output("DeployStateMachine", s.workflows.deploy.Ref())
	output("RunbookStateMachine", s.workflows.runbook.Ref())
	for _, a := range s.workflows.approve {
		output("Approve"+exported(a.environment)+"StateMachine", a.machine.Ref())
	}
	output("ApiUrl", apiURL)
}
