package stack

import "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

// Everywhere returns the actions that the stack allows on every resource, each
// with its reason: for none of them does IAM know a narrower one.
func Everywhere() map[string]string {
	const (
		trace   = "X-Ray's segments and sampling rules belong to no resource"
		deliver = "a log delivery belongs to no resource (Step Functions developer guide, \"Logging to CloudWatch Logs\")"
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
		"dynamodb:ListStreams":          "Lambda lists the table's streams before it reads one, and the action takes no resource",
	}
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
