package local_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/infra/local"
	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
)

// machine returns a template with a bucket, a queue, a topic and a state machine.
func machine(t *testing.T, definition string) []byte {
	t.Helper()
	text, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"Resources": {
		"Lists": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "lists"}},
		"Work": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work"}},
		"News": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}},
		"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "M", "RoleArn": "r", "DefinitionString": %s}}}}`, text)
}

// TestStateMachinesReachTheOtherEngines maps over a list in S3 and tells queue, topic
// and bus of each entry.
func TestStateMachinesReachTheOtherEngines(t *testing.T) {
	var published []string
	v := clock.NewVirtual(dawn)
	s, err := local.Start(local.Config{Store: store.NewMemory(), Clock: v, NewID: identifiers(1), Endpoint: "http://127.0.0.1:4566", Web: "http://127.0.0.1:8080",
		Report: func(err error) { t.Error(err) },
		Observe: func(_ string, e eventbridge.Event) {
			if e.Source == "shop" {
				published = append(published, string(e.Detail))
			}
		},
		Template: machine(t, `{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
			"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Arguments": {"Bucket": "lists", "Key": "list.json"}},
			"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "lists", "Prefix": "results"}},
			"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Send", "States": {
				"Send": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Publish", "Output": "{% $states.input %}",
					"Arguments": {"QueueUrl": "http://127.0.0.1:4566/000000000000/work", "MessageBody": "{% $states.input %}"}},
				"Publish": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "Tell", "Output": "{% $states.input %}",
					"Arguments": {"TopicArn": "arn:aws:sns:us-east-1:000000000000:news", "Message": "{% $states.input %}"}},
				"Tell": {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "Next": "Lose",
					"Arguments": {"Entries": [{"Source": "shop", "DetailType": "item", "Detail": "{% $states.input %}"}]}},
				"Lose": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
					"Arguments": {"QueueUrl": "http://127.0.0.1:4566/000000000000/none", "MessageBody": "x"},
					"Catch": [{"ErrorEquals": ["Sqs.QueueDoesNotExistException"], "Next": "Done"}]},
				"Done": {"Type": "Succeed"}}}}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := ask(t, s, http.MethodPut, "/lists/list.json", "s3", nil, `[{"n":1},{"n":2}]`); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	json10 := map[string]string{"X-Amz-Target": "AWSStepFunctions.StartExecution", "Content-Type": "application/x-amz-json-1.0"}
	if status, body := ask(t, s, http.MethodPost, "/", "states", json10, `{"stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:M","name":"e"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	v.RunUntil(dawn.Add(time.Hour))
	json10["X-Amz-Target"] = "AWSStepFunctions.DescribeExecution"
	if _, body := ask(t, s, http.MethodPost, "/", "states", json10, `{"executionArn":"arn:aws:states:us-east-1:000000000000:execution:M:e"}`); !strings.Contains(body, `"SUCCEEDED"`) {
		t.Fatal(body)
	}
	if messages, err := s.Messages(); err != nil || len(messages["work"]) != 2 || len(published) != 2 {
		t.Errorf("queue %q, bus %q, %v", messages, published, err)
	}
	if _, body := ask(t, s, http.MethodGet, "/lists?list-type=2&prefix=results/", "s3", nil, ""); !strings.Contains(body, "manifest.json") {
		t.Errorf("results: %s", body)
	}
}
