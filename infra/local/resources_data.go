package local

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway/infra/local/dynamodb"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/lambda"
	"slipway/infra/local/s3"
	"slipway/infra/local/sqs"
)

type tableProperties struct {
	BillingMode, DeletionProtectionEnabled, PointInTimeRecoverySpecification, SSESpecification ignored

	TableName            string
	AttributeDefinitions []struct{ AttributeName, AttributeType string }
	KeySchema            []struct{ AttributeName, KeyType string }
	StreamSpecification  struct{ StreamViewType string }

	TimeToLiveSpecification struct {
		AttributeName string
		Enabled       bool
	}
}

func (s *Stack) makeTable(id string, data []byte) (map[string]string, error) {
	p, err := properties[tableProperties](data)
	if err != nil {
		return nil, err
	}
	spec := dynamodb.TableSpec{Name: p.TableName, StreamViewType: p.StreamSpecification.StreamViewType}
	if spec.Name == "" {
		spec.Name = physicalName(id)
	}
	if p.TimeToLiveSpecification.Enabled {
		spec.TTLAttribute = p.TimeToLiveSpecification.AttributeName
	}
	for _, k := range p.KeySchema {
		attribute := dynamodb.Attribute{Name: k.AttributeName}
		for _, a := range p.AttributeDefinitions {
			if a.AttributeName == k.AttributeName {
				attribute.Type = a.AttributeType
			}
		}
		if k.KeyType == "HASH" {
			spec.Key.Hash = attribute
		} else {
			spec.Key.Range = attribute
		}
	}
	if err := s.tables.CreateTable(spec); err != nil {
		return nil, err
	}
	stream := s.tables.StreamARN(spec.Name)
	s.streams[stream] = spec.Name
	return map[string]string{"": spec.Name, "Arn": s.arn("dynamodb", "table/"+spec.Name), "StreamArn": stream}, nil
}

// A source reads tables' streams for the functions.
type source struct{ tables *dynamodb.Engine }

// Records implements [lambda.Source].
func (s source) Records(table, after string, limit int) ([]lambda.Record, error) {
	records, err := s.tables.Records(table, after, limit)
	all := make([]lambda.Record, len(records))
	for i, r := range records {
		all[i] = lambda.Record{SequenceNumber: r.SequenceNumber, JSON: r.JSON}
	}
	return all, err
}

type bucketProperties struct {
	BucketEncryption, LifecycleConfiguration, OwnershipControls, PublicAccessBlockConfiguration ignored

	BucketName                string
	VersioningConfiguration   struct{ Status string }
	NotificationConfiguration struct {
		EventBridgeConfiguration struct{ EventBridgeEnabled bool }
	}
}

func (s *Stack) makeBucket(id string, data []byte) (map[string]string, error) {
	p, err := properties[bucketProperties](data)
	if err != nil {
		return nil, err
	}
	spec := s3.BucketSpec{Name: p.BucketName, Versioned: p.VersioningConfiguration.Status == "Enabled",
		EventBridge: p.NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled}
	if spec.Name == "" {
		spec.Name = strings.ToLower(physicalName(id))
	}
	return map[string]string{"": spec.Name, "Arn": "arn:aws:s3:::" + spec.Name}, s.buckets.CreateBucket(spec)
}

type queueProperties struct {
	SqsManagedSseEnabled ignored

	QueueName              string
	MessageRetentionPeriod int // in seconds
	VisibilityTimeout      int // in seconds
}

func (s *Stack) makeQueue(id string, data []byte) (map[string]string, error) {
	p, err := properties[queueProperties](data)
	if err != nil {
		return nil, err
	}
	spec := sqs.QueueSpec{Name: p.QueueName, VisibilityTimeout: time.Duration(p.VisibilityTimeout) * time.Second,
		MessageRetention: time.Duration(p.MessageRetentionPeriod) * time.Second}
	if spec.Name == "" {
		spec.Name = physicalName(id)
	}
	s.queueNames = append(s.queueNames, spec.Name)
	return map[string]string{"": s.queues.URL(spec.Name), "Arn": s.queues.ARN(spec.Name), "QueueName": spec.Name}, s.queues.Create(spec)
}

type busProperties struct {
	Description ignored

	Name string
}

func (s *Stack) makeBus(id string, data []byte) (map[string]string, error) {
	p, err := properties[busProperties](data)
	if err != nil {
		return nil, err
	}
	return map[string]string{"": p.Name, "Name": p.Name, "Arn": s.arn("events", "event-bus/"+p.Name)}, s.buses.CreateBus(p.Name)
}

type ruleProperties struct {
	Name         string
	EventBusName string
	EventPattern json.RawMessage
	State        string
	Targets      []struct {
		RoleArn ignored

		Id, Arn          string
		DeadLetterConfig struct{ Arn string }
		InputTransformer *eventbridge.InputTransformer
		RetryPolicy      struct {
			MaximumEventAgeInSeconds int
			MaximumRetryAttempts     *int
		}
	}
}

func (s *Stack) makeRule(id string, data []byte) (map[string]string, error) {
	p, err := properties[ruleProperties](data)
	if err != nil {
		return nil, err
	}
	if p.State != "ENABLED" {
		return nil, fmt.Errorf("state %q: local mode knows ENABLED only", p.State)
	}
	spec := eventbridge.RuleSpec{Name: p.Name, Bus: p.EventBusName, Pattern: p.EventPattern}
	if spec.Name == "" {
		spec.Name = physicalName(id)
	}
	if spec.Bus == "" {
		spec.Bus = defaultBus
	}
	for _, t := range p.Targets {
		target := eventbridge.TargetSpec{ID: t.Id, ARN: t.Arn, InputTransformer: t.InputTransformer, DeadLetterARN: t.DeadLetterConfig.Arn,
			RetryPolicy: eventbridge.RetryPolicy{
				MaximumEventAge:      time.Duration(t.RetryPolicy.MaximumEventAgeInSeconds) * time.Second,
				MaximumRetryAttempts: t.RetryPolicy.MaximumRetryAttempts}}
		spec.Targets = append(spec.Targets, target)
	}
	name := spec.Name
	if spec.Bus != defaultBus {
		name = spec.Bus + "/" + name
	}
	return map[string]string{"": spec.Name, "Arn": s.arn("events", "rule/"+name)}, s.buses.PutRule(spec)
}
