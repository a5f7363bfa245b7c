package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
)

// newRepositories declares the platform's ECR repositories: a tag, once pushed,
// names the same image for ever, as a package's version does.
func newRepositories(stack awscdk.Stack, names []string) {
	for _, name := range names {
		awsecr.NewRepository(stack, new("Repository-"+name), &awsecr.RepositoryProps{
			RepositoryName:     new(name),
			ImageTagMutability: awsecr.TagMutability_IMMUTABLE,
			ImageScanOnPush:    new(true),
			RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
		})
	}
}
