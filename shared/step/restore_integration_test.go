//go:build integration

package step_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	bucket "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"slipway/scripts/integration"
)

func TestIntegrationRestore(t *testing.T) {
	integration.Suite{
		Subject: "restore",
		Holds: []integration.Claim{
			{Says: "verification and deletion of tables", Hold: emulatedVault(aRestoredTableIsProvenAndDeleted)},
			{Says: "of buckets with their versions", Hold: emulatedVault(aRestoredBucketIsProvenAndDeleted)},
			{Says: "of instances", Hold: emulatedVault(aRestoredInstanceIsProvenAndDeleted)},
			{Says: "names that are taken", Hold: emulatedVault(aNameThatIsTakenIsNoCopy)},
		},
		Gaps: []integration.Claim{
			{Says: "StartRestoreJob isn't implemented.", Hold: emulated(noRestoreJobs)},
		},
	}.Run(t)
}

// restore starts a restore of the resource, by type, to this test's copy.
func (p *emulatedPlace) restore(kind, arn, more string) {
	p.vault.t.Helper()
	p.point("new", arn, time.Hour)
	outcome, failure := p.start("restore", p.run(drill(kind+"/"+p.name, fmt.Sprintf(`,"to":%q%s`, p.copy(), more))))
	if failure != nil || outcome.Done {
		p.vault.t.Fatalf("it comes to %+v, %v", outcome, failure)
	}
}

func (p *emulatedPlace) copy() string { return p.name + "-restored-1" }

// end has the restore job end with that copy, and wants the attempt to be done.
func (p *emulatedPlace) end(copy string) {
	p.vault.t.Helper()
	got := p.restoreEnds(types.RestoreJobStatusCompleted, copy)
	if len(got) != 1 || got[0] != p.name+"/check/1 done" {
		p.vault.t.Errorf("it comes to %q", got)
	}
}

func aRestoredTableIsProvenAndDeleted(p *emulatedPlace) {
	arn, client := "arn:aws:dynamodb:us-east-1:000000000000:table/"+p.name, dynamodb.NewFromConfig(p.aws)
	p.restore("dynamodb", arn, `,"verify":{"count":{"min":3},"keys":[{"id":"order-1","line":1}]}`)
	_, err := client.CreateTable(p.vault.t.Context(), &dynamodb.CreateTableInput{TableName: aws.String(p.copy()), BillingMode: table.BillingModePayPerRequest,
		KeySchema: []table.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: table.KeyTypeHash}, {AttributeName: aws.String("line"), KeyType: table.KeyTypeRange}},
		AttributeDefinitions: []table.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: table.ScalarAttributeTypeS},
			{AttributeName: aws.String("line"), AttributeType: table.ScalarAttributeTypeN}}})
	p.must(err)
	for line := range 4 {
		_, err := client.PutItem(p.vault.t.Context(), &dynamodb.PutItemInput{TableName: aws.String(p.copy()), Item: map[string]table.AttributeValue{
			"id": &table.AttributeValueMemberS{Value: "order-1"}, "line": &table.AttributeValueMemberN{Value: fmt.Sprint(line)}}})
		p.must(err)
	}
	p.end(arn + "-restored-1")
	if _, err := client.DescribeTable(p.vault.t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(p.copy())}); err == nil {
		p.vault.t.Error("the copy stays")
	}
}

func aRestoredBucketIsProvenAndDeleted(p *emulatedPlace) {
	sum := sha256.Sum256([]byte("new"))
	p.restore("s3", "arn:aws:s3:::"+p.name, fmt.Sprintf(`,"verify":{"prefix":"in/","objects":[{"key":"in/1","sha256":%q}]}`, hex.EncodeToString(sum[:])))
	_, err := p.s3.CreateBucket(p.vault.t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(p.copy())})
	p.must(err)
	_, err = p.s3.PutBucketVersioning(p.vault.t.Context(), &sdk.PutBucketVersioningInput{Bucket: aws.String(p.copy()),
		VersioningConfiguration: &bucket.VersioningConfiguration{Status: bucket.BucketVersioningStatusEnabled}})
	p.must(err)
	for _, body := range []string{"old", "new"} {
		p.vault.put(p.copy(), "in/1", body)
		p.vault.put(p.copy(), "gone", body)
	}
	p.must(p.service.objects.Delete(p.vault.t.Context(), p.copy(), "gone"))
	p.end("arn:aws:s3:::" + p.copy())
	if _, err := p.s3.HeadBucket(p.vault.t.Context(), &sdk.HeadBucketInput{Bucket: aws.String(p.copy())}); err == nil {
		p.vault.t.Error("the copy stays")
	}
}

func aRestoredInstanceIsProvenAndDeleted(p *emulatedPlace) {
	arn, client := "arn:aws:rds:us-east-1:000000000000:db:"+p.name, rds.NewFromConfig(p.aws)
	p.restore("rds", arn, "")
	_, err := client.CreateDBInstance(p.vault.t.Context(), &rds.CreateDBInstanceInput{DBInstanceIdentifier: aws.String(p.copy()), Engine: aws.String("postgres"),
		DBInstanceClass: aws.String("db.t4g.micro"), AllocatedStorage: aws.Int32(20), MasterUsername: aws.String("slipway"), MasterUserPassword: aws.String("not-a-secret")})
	p.must(err)
	p.end(arn + "-restored-1")
	if found, err := client.DescribeDBInstances(p.vault.t.Context(), &rds.DescribeDBInstancesInput{DBInstanceIdentifier: aws.String(p.copy())}); err == nil && len(found.DBInstances) > 0 {
		p.vault.t.Error("the copy stays")
	}
}

func aNameThatIsTakenIsNoCopy(p *emulatedPlace) {
	_, err := p.s3.CreateBucket(p.vault.t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(p.copy())})
	p.must(err)
	p.point("new", "arn:aws:s3:::"+p.name, time.Hour)
	_, failure := p.start("restore", p.run(drill("s3/"+p.name, fmt.Sprintf(`,"to":%q`, p.copy()))))
	if failure == nil || failure.Name != "CopyExists" {
		p.vault.t.Errorf("it comes to %v", failure)
	}
}

func noRestoreJobs(s *service) {
	_, err := backup.NewFromConfig(s.aws).StartRestoreJob(s.t.Context(), &backup.StartRestoreJobInput{Metadata: map[string]string{"newBucket": "true"},
		RecoveryPointArn: aws.String("arn:aws:backup:us-east-1:000000000000:recovery-point:1"), IamRoleArn: aws.String("arn:aws:iam::000000000000:role/backup")})
	if err == nil {
		s.t.Error("StartRestoreJob is implemented")
	}
}
