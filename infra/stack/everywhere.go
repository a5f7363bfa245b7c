package stack

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"slipway/shared/step"
)

// Everywhere returns the actions that the stack allows on every resource, each
// with its reason: for none of them does IAM know a narrower one.
func Everywhere() map[string]string {
	const (
		trace   = "X-Ray's segments and sampling rules belong to no resource"
		deliver = "a log delivery belongs to no resource (Step Functions developer guide, \"Logging to CloudWatch Logs\")"
		look    = "EC2 describes what an account has, and the actions take no resource (Service Authorization Reference, \"Amazon EC2\")"
	)
	return map[string]string{
		"xray:PutTraceSegments":         trace,
		"xray:PutTelemetryRecords":      trace,
		"xray:GetSamplingRules":         trace,
		"xray:GetSamplingTargets":       trace,
		"logs:CreateLogDelivery":        deliver,
		"logs:GetLogDelivery":           deliver,
		"logs:UpdateLogDelivery":        deliver,
		"logs:DeleteLogDelivery":        deliver,
		"logs:ListLogDeliveries":        deliver,
		"logs:PutResourcePolicy":        deliver,
		"logs:DescribeResourcePolicies": deliver,
		"logs:DescribeLogGroups":        deliver,
		"ecr:GetAuthorizationToken":     "it is the registry's own and takes no repository",
		"events:ListRules":              "rules are listed by a prefix of their names, and the action takes no bus",
		"scheduler:ListSchedules":       "schedules are listed by group and prefix, and the action takes neither",
		"ec2:DescribeDhcpOptions":       look,
		"ec2:DescribeNetworkInterfaces": look,
		"ec2:DescribeSecurityGroups":    look,
		"ec2:DescribeSubnets":           look,
		"ec2:DescribeVpcs":              look,
		"dynamodb:ListStreams":          "Lambda lists the table's streams before it reads one, and the action takes no resource",
	}
}

// EverywhereInTargets returns the actions that deploy roles allow on every resource, each
// with the reason that its step kind gives.
func EverywhereInTargets(kinds []step.Kind) map[string]string {
	reasons := map[string]string{}
	for _, k := range kinds {
		privileged, ok := k.(step.Privileged)
		if !ok {
			continue
		}
		for _, p := range privileged.Permissions() {
			for _, action := range p.Actions {
				if slices.Contains(p.Resources, "*") {
					reasons[action] = p.Why
				}
			}
		}
	}
	return reasons
}

// traceFunction allows a function to send its segments to X-Ray.
func traceFunction() awsiam.PolicyStatement {
	return allowEverywhere("xray:PutTraceSegments", "xray:PutTelemetryRecords")
}

// traceWorkflows allows a state machine to sample and send its segments to X-Ray.
func traceWorkflows() awsiam.PolicyStatement {
	return allowEverywhere("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")
}

// deliverLogs allows a state machine to set up the delivery of its log.
func deliverLogs() awsiam.PolicyStatement {
	return allowEverywhere("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
		"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups")
}

func allowEverywhere(actions ...string) awsiam.PolicyStatement {
	return allow([]*string{new("*")}, actions...)
}
