package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"

	"slipway/shared/pipeline"
)

// output is the stack's output that is the address of the API.
const output = "ApiUrl"

// Locate returns the address of the API of a CloudFormation stack. It returns
// [pipeline.ErrNotFound] when there is no such stack or it has no API.
func Locate(ctx context.Context, c aws.Config, stack string) (address string, err error) {
	described, err := cloudformation.NewFromConfig(c).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	// CloudFormation has no error of its own for a stack that doesn't exist.
	if refusal := smithy.APIError(nil); errors.As(err, &refusal) && refusal.ErrorCode() == "ValidationError" {
		return "", fmt.Errorf("stack %s in %s: %s; name another with --stack, or local mode with --api: %w",
			stack, c.Region, refusal.ErrorMessage(), pipeline.ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("find stack %s: %w", stack, err)
	}
	for _, s := range described.Stacks {
		for _, o := range s.Outputs {
			if aws.ToString(o.OutputKey) == output {
				return aws.ToString(o.OutputValue), nil
			}
		}
	}
	return "", fmt.Errorf("stack %s in %s has no output %s; is it a stack of Slipway?: %w", stack, c.Region, output, pipeline.ErrNotFound)
}
