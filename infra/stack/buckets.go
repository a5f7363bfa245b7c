package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// buckets are the stack's S3 buckets.
type buckets struct {
	packages awss3.Bucket   // what CI pushes: packages/ and projects/
	work     awss3.Bucket   // what deployments leave: plans/, jobs/, logs/, works/, watches/ and evidence/
	sites    []awss3.Bucket // what s3-site steps publish to, in the platform's order
}

func newBuckets(stack awscdk.Stack, sites []string) buckets {
	b := buckets{
		packages: newBucket(stack, "PackagesBucket", nil),
		work: newBucket(stack, "WorkBucket", nil,
			expire("jobs/"), expire("logs/"), expire("watches/"), expire("works/"),
			&awss3.LifecycleRule{Id: new("noncurrent"), NoncurrentVersionExpiration: days(30)}),
	}
	announceObjects(b.packages)
	for _, name := range sites {
		b.sites = append(b.sites, newBucket(stack, "Site-"+name, new(name)))
	}
	return b
}

// newBucket declares a private, versioned bucket that answers TLS only and
// outlives the stack. name is nil for one that CloudFormation makes up.
func newBucket(stack awscdk.Stack, id string, name *string, rules ...*awss3.LifecycleRule) awss3.Bucket {
	rules = append(rules, &awss3.LifecycleRule{Id: new("incomplete"), AbortIncompleteMultipartUploadAfter: days(7)})
	return awss3.NewBucket(stack, new(id), &awss3.BucketProps{
		BucketName:        name,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        new(true),
		Versioned:         new(true),
		LifecycleRules:    &rules,
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	})
}

// expire removes what lies under prefix after a year.
func expire(prefix string) *awss3.LifecycleRule {
	return &awss3.LifecycleRule{Id: new("expire-" + prefix[:len(prefix)-1]), Prefix: new(prefix), Expiration: days(365)}
}

// announceObjects sends b's "Object Created" events to the default event bus.
// The construct's own switch would do it by a Lambda function of CDK's.
func announceObjects(b awss3.Bucket) {
	b.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(
		new("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"), true)
}

func days(n float64) awscdk.Duration { return awscdk.Duration_Days(new(n)) }
