package local

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"slipway/infra/local/cloudwatch"
	"slipway/infra/local/codebuild"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/s3"
	"slipway/infra/local/sns"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
	"slipway/shared/objects"
	"slipway/shared/script"
	"slipway/shared/step"

	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
)

// defaultBus is the bus that takes the events of AWS's services.
const defaultBus = "default"

// emit puts a service's event on the default bus, in the transaction of what it
// tells of.
func (s *Stack) emit(tx store.Tx, source, detailType string, at time.Time, resource string, detail any) {
	data, err := json.Marshal(detail)
	if err == nil {
		err = s.buses.Put(tx, defaultBus, eventbridge.Event{Source: source, DetailType: detailType, Time: at,
			Resources: []string{resource}, Detail: data})
	}
	if err != nil {
		s.config.Report(fmt.Errorf("emit %s of %s: %w", detailType, resource, err))
	}
}

// objectCreated emits S3's "Object Created" event.
func (s *Stack) objectCreated(tx store.Tx, o s3.ObjectCreated) {
	object := map[string]any{"key": o.Key, "size": o.Size, "etag": o.ETag, "sequencer": o.Sequencer}
	if o.VersionID != "" {
		object["version-id"] = o.VersionID
	}
	s.emit(tx, "aws.s3", "Object Created", o.Time, "arn:aws:s3:::"+o.Bucket, map[string]any{
		"version": "0", "bucket": map[string]string{"name": o.Bucket}, "object": object, "request-id": o.RequestID,
		"requester": o.Requester, "source-ip-address": o.SourceIP, "reason": o.Reason})
}

// executionStarted emits the CloudTrail record of a StartExecution call, which
// tells who made it.
func (s *Stack) executionStarted(tx store.Tx, e stepfunctions.Start) {
	s.emit(tx, "aws.states", "AWS API Call via CloudTrail", e.Time, e.ExecutionARN, map[string]any{
		"eventVersion": "1.11", "eventTime": date(e.Time), "eventSource": "states.amazonaws.com", "eventName": "StartExecution", "awsRegion": Region,
		"userIdentity":      userIdentity(e.Caller),
		"requestParameters": map[string]string{"stateMachineArn": e.StateMachineARN, "name": e.Name, "input": "HIDDEN_DUE_TO_SECURITY_REASONS"},
		"responseElements":  map[string]string{"executionArn": e.ExecutionARN, "startDate": date(e.Time)}})
}

// userIdentity returns what CloudTrail tells of the caller with the given access key id.
func userIdentity(caller string) map[string]string {
	identity := map[string]string{"principalId": caller, "arn": userARN(caller), "accountId": Account}
	if _, assumed := parseSession(caller); assumed {
		identity["type"] = "AssumedRole"
	} else {
		identity["type"], identity["userName"] = "IAMUser", caller
	}
	return identity
}

// userARN returns the ARN of the caller with the given access key id: of a user, whose
// name it is, or of the role that the caller has assumed.
func userARN(caller string) string {
	if assumed, ok := parseSession(caller); ok {
		return assumed.arn()
	}
	return "arn:aws:iam::" + Account + ":user/" + caller
}

func (s *Stack) executionChanged(tx store.Tx, c stepfunctions.StatusChange) {
	s.emit(tx, "aws.states", "Step Functions Execution Status Change", s.config.Clock.Now(), c.ExecutionARN, c)
}

func (s *Stack) buildChanged(tx store.Tx, c codebuild.StateChange) {
	s.emit(tx, "aws.codebuild", "CodeBuild Build State Change", c.Time, c.BuildARN, c)
}

func (s *Stack) alarmChanged(tx store.Tx, c cloudwatch.StateChange) {
	s.emit(tx, "aws.cloudwatch", "CloudWatch Alarm State Change", c.Time, c.AlarmARN, c)
}

// publishAlarm publishes an alarm's message to a topic.
func (s *Stack) publishAlarm(tx store.Tx, topic, subject, message string) error {
	_, err := s.topics.Publish(tx, topic, sns.Message{Subject: subject, Body: message})
	return err
}

// runScript does what the build's command "./bootstrap script" does on AWS.
func (s *Stack) runScript(ctx context.Context, environment map[string]string) error {
	client := sdk.NewFromConfig(s.Configuration("codebuild"), func(o *sdk.Options) { o.UsePathStyle = true })
	return script.Run(ctx, script.Config{Objects: objects.New(client), WorkBucket: environment["WORK_BUCKET"],
		Path: s.config.Path, Now: s.config.Clock.Now}, environment[step.JobVariable])
}
