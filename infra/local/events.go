package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/codebuild"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/s3"
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
		"userIdentity":      map[string]string{"type": "IAMUser", "principalId": e.Caller, "arn": userARN(e.Caller), "accountId": Account, "userName": e.Caller},
		"requestParameters": map[string]string{"stateMachineArn": e.StateMachineARN, "name": e.Name, "input": "HIDDEN_DUE_TO_SECURITY_REASONS"},
		"responseElements":  map[string]string{"executionArn": e.ExecutionARN, "startDate": date(e.Time)}})
}

// userARN returns the ARN of the user whose access key id, here also the name, is given.
func userARN(name string) string { return "arn:aws:iam::" + Account + ":user/" + name }

func (s *Stack) executionChanged(tx store.Tx, c stepfunctions.StatusChange) {
	s.emit(tx, "aws.states", "Step Functions Execution Status Change", s.config.Clock.Now(), c.ExecutionARN, c)
}

func (s *Stack) buildChanged(tx store.Tx, c codebuild.StateChange) {
	s.emit(tx, "aws.codebuild", "CodeBuild Build State Change", c.Time, c.BuildARN, c)
}

// runScript does what the build's command "./bootstrap script" does on AWS.
func (s *Stack) runScript(ctx context.Context, environment map[string]string) error {
	client := sdk.NewFromConfig(s.Configuration("codebuild"), func(o *sdk.Options) { o.UsePathStyle = true })
	return script.Run(ctx, script.Config{Objects: objects.New(client), WorkBucket: environment["WORK_BUCKET"],
		Path: s.config.Path, Now: s.config.Clock.Now}, environment[step.JobVariable])
}

// target returns what a rule delivers to.
func (s *Stack) target(arn string) (eventbridge.Target, error) {
	if !strings.HasPrefix(arn, "arn:aws:lambda:") {
		return nil, fmt.Errorf("target %s: local mode delivers to Lambda functions only", arn)
	}
	return functionTarget{s, arn}, nil
}

// A functionTarget queues events for a function.
type functionTarget struct {
	stack *Stack
	arn   string
}

// Deliver implements [eventbridge.Target].
func (t functionTarget) Deliver(tx store.Tx, payload []byte) error {
	if r := t.stack.config.Rehearsal; r != nil && r.Deliver != nil {
		tx.OnCommit(func() { t.rehearse(r, payload) })
		return nil
	}
	return t.stack.functions.InvokeAsync(tx, t.arn, payload)
}

// rehearse delivers payload as often and as late as r says.
func (t functionTarget) rehearse(r *Rehearsal, payload []byte) {
	_, function, _ := strings.Cut(t.arn, ":function:")
	payload = bytes.Clone(payload)
	for _, delay := range r.Deliver(function, payload) {
		clock.After(t.stack.config.Clock, delay, func() {
			err := t.stack.config.Store.Update(func(tx store.Tx) error { return t.stack.functions.InvokeAsync(tx, t.arn, payload) })
			if err != nil {
				t.stack.config.Report(fmt.Errorf("deliver to %s: %w", function, err))
			}
		})
	}
}
