package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
)

// function is a Lambda function with what belongs to it alone.
type function struct {
	id       string // the construct's
	lambda   awslambda.Function
	role     awsiam.Role
	logGroup awslogs.LogGroup
}

// newFunction declares the Lambda function built from functions/<name>, with its
// own role and log group. The role starts with no right at all: CDK may not add
// to it, rights.go lists what it gets.
func newFunction(stack awscdk.Stack, f Function, c code, environment map[string]*string) function {
	role := awsiam.NewRole(stack, new(f.ID+"Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(new("lambda.amazonaws.com"), nil),
		Description: new("What the Slipway function " + f.Name + " may do."),
	})
	logGroup := newLogGroup(stack, f.ID+"Log", nil)
	lambda := awslambda.NewFunction(stack, new(f.ID), &awslambda.FunctionProps{
		FunctionName: new(functionName(f.ID)),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      new(f.Name),
		Code:         c.lambda,
		MemorySize:   new(f.Memory),
		Timeout:      awscdk.Duration_Seconds(new(f.Timeout)),
		Tracing:      awslambda.Tracing_ACTIVE,
		Role:         role.WithoutPolicyUpdates(nil),
		LogGroup:     logGroup,
		Environment:  &environment,
	})
	return function{f.ID, lambda, role, logGroup}
}

// newLogGroup declares a log group that keeps its lines for 90 days and goes
// with the stack: the record of what happened is the table, not the log. name is
// nil for one that CloudFormation makes up.
func newLogGroup(stack awscdk.Stack, id string, name *string) awslogs.LogGroup {
	return awslogs.NewLogGroup(stack, new(id), &awslogs.LogGroupProps{
		LogGroupName:  name,
		Retention:     awslogs.RetentionDays_THREE_MONTHS,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
}
