package stack_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBucketsArePrivateVersionedAndKept(t *testing.T) {
	for id, b := range load(t).of(t, "AWS::S3::Bucket") {
		for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if b.at("PublicAccessBlockConfiguration", block) != true {
				t.Errorf("%s does not set %s", id, block)
			}
		}
		if b.at("VersioningConfiguration", "Status") != "Enabled" {
			t.Errorf("%s keeps no versions", id)
		}
		if b.at("BucketEncryption") == nil {
			t.Errorf("%s does not say how it is encrypted", id)
		}
		if b.DeletionPolicy != "Retain" {
			t.Errorf("%s goes with the stack", id)
		}
	}
}

func TestBucketsQueuesAndTopicsAnswerTLSOnly(t *testing.T) {
	d := load(t)
	secured := map[string]bool{}
	for _, kind := range []string{"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"} {
		for _, policy := range d.of(t, kind) {
			text, err := json.Marshal(policy.at("PolicyDocument", "Statement", 0))
			if err != nil {
				t.Fatal(err)
			}
			tls := strings.Contains(string(text), `"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"`)
			secured[target(policy.at("Bucket"))] = tls
			secured[target(policy.at("Queues", 0))] = tls
			secured[target(policy.at("Topics", 0))] = tls
		}
	}
	for id, r := range d.Resources {
		if (r.Type == "AWS::S3::Bucket" || r.Type == "AWS::SQS::Queue" || r.Type == "AWS::SNS::Topic") && !secured[id] {
			t.Errorf("%s answers requests without TLS", id)
		}
	}
}

func TestTableIsEncryptedProtectedAndKept(t *testing.T) {
	d := load(t)
	for id, table := range d.of(t, "AWS::DynamoDB::Table") {
		key := d.Resources[target(table.at("SSESpecification", "KMSMasterKeyId"))]
		if key.at("EnableKeyRotation") != true {
			t.Errorf("%s has no key of its own that rotates", id)
		}
		if table.at("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			t.Errorf("%s can't be restored to a point in time", id)
		}
		if table.at("DeletionProtectionEnabled") != true || table.DeletionPolicy != "Retain" || key.DeletionPolicy != "Retain" {
			t.Errorf("%s or its key can be deleted with the stack", id)
		}
		if table.at("StreamSpecification", "StreamViewType") != "NEW_IMAGE" {
			t.Errorf("%s does not stream new items", id)
		}
		if table.at("GlobalSecondaryIndexes") != nil {
			t.Errorf("%s has an index, which is never read consistently", id)
		}
	}
}
