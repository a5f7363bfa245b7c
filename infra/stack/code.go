package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

// code is the one archive that every function and every build runs from. Where
// it lies are parameters, so that the template doesn't change with the code.
type code struct {
	bucket, key *string
	lambda      awslambda.Code
}

func newCode(stack awscdk.Stack) code {
	bucket := awscdk.NewCfnParameter(stack, new("CodeBucket"), &awscdk.CfnParameterProps{
		Description: new("The bucket that holds the archive with the functions' binary, in the stack's Region."),
	})
	key := awscdk.NewCfnParameter(stack, new("CodeKey"), &awscdk.CfnParameterProps{
		Description: new("The archive's key, which changes with its content."),
	})
	return code{
		bucket: bucket.ValueAsString(),
		key:    key.ValueAsString(),
		lambda: awslambda.Code_FromCfnParameters(&awslambda.CfnParametersCodeProps{BucketNameParam: bucket, ObjectKeyParam: key}),
	}
}
