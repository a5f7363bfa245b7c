package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// newRights attaches the statements to role, as a policy of its own: a function
// depends on its role, and a policy inside the role that names a state machine
// which invokes the function would close a cycle.
func newRights(stack awscdk.Stack, id string, role awsiam.Role, statements ...awsiam.PolicyStatement) awsiam.Policy {
	return awsiam.NewPolicy(stack, new(id), &awsiam.PolicyProps{
		Roles:      &[]awsiam.IRole{role},
		Statements: &statements,
	})
}

// serviceFor is the AWS service, as long as it acts for the resource with the
// given ARN (in which * matches any text) of this account.
func serviceFor(service string, arn *string) awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(new(service), &awsiam.ServicePrincipalOpts{Conditions: &map[string]any{
		"ArnLike":      map[string]any{"aws:SourceArn": arn},
		"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
	}})
}

func allow(resources []*string, actions ...string) awsiam.PolicyStatement {
	return allowWhen(nil, resources, actions...)
}

func allowWhen(conditions *map[string]any, resources []*string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Resources:  &resources,
		Actions:    pointers(actions),
		Conditions: conditions,
	})
}

// readObjects allows to get the objects and their attributes, in any version.
func readObjects(bucket awss3.Bucket, keys ...string) awsiam.PolicyStatement {
	return allow(objects(bucket, keys...),
		"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes")
}

// writeObjects allows to put objects, also in parts.
func writeObjects(bucket awss3.Bucket, keys ...string) awsiam.PolicyStatement {
	return allow(objects(bucket, keys...), "s3:PutObject", "s3:AbortMultipartUpload")
}

// findObjects allows to list the buckets. A reader needs it to be told "no such
// key" of an object that isn't there; without it, S3 answers "access denied".
func findObjects(buckets ...awss3.Bucket) awsiam.PolicyStatement {
	var arns []*string
	for _, b := range buckets {
		arns = append(arns, b.BucketArn())
	}
	return allow(arns, "s3:ListBucket")
}

func objects(bucket awss3.Bucket, keys ...string) []*string {
	var arns []*string
	for _, key := range keys {
		arns = append(arns, bucket.ArnForObjects(new(key)))
	}
	return arns
}

// objectARN returns the ARN of an object in a bucket that the stack doesn't own.
func objectARN(bucket, key *string) *string {
	return awscdk.Fn_Join(new(""), &[]*string{new("arn:"), awscdk.Aws_PARTITION(), new(":s3:::"), bucket, new("/"), key})
}

func pointers(values []string) *[]*string {
	p := make([]*string, len(values))
	for i := range values {
		p[i] = &values[i]
	}
	return &p
}
