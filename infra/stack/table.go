package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
)

// records is the table that holds everything Slipway knows, and the key it is
// encrypted with.
type records struct {
	table awsdynamodb.Table
	key   awskms.Key
}

// newRecords declares the table: one partition key, one sort key, no index, so
// that every read can be consistent. It outlives the stack.
func newRecords(stack awscdk.Stack) records {
	key := awskms.NewKey(stack, new("TableKey"), &awskms.KeyProps{
		Description:       new("Encrypts the Slipway table."),
		EnableKeyRotation: new(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	})
	table := awsdynamodb.NewTable(stack, new("Table"), &awsdynamodb.TableProps{
		PartitionKey:        &awsdynamodb.Attribute{Name: new("pk"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:             &awsdynamodb.Attribute{Name: new("sk"), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		TimeToLiveAttribute: new("expiresAt"),
		Stream:              awsdynamodb.StreamViewType_NEW_IMAGE,
		Encryption:          awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey:       key,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: new(true),
		},
		DeletionProtection: new(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
	})
	return records{table, key}
}
