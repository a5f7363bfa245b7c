package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"slipway/infra/local/sqs"
)

const attributeDigest = "67d8429f4dae1622dfc6a84fbb923a7a"

func TestABatchFailsEntryByEntry(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	ctx := context.Background()
	sent, err := b.client.SendMessageBatch(ctx, &client.SendMessageBatchInput{QueueUrl: b.url("work"), Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("one")},
		{Id: aws.String("bad"), MessageBody: aws.String("\x01")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Successful) != 1 || len(sent.Failed) != 1 || *sent.Failed[0].Id != "bad" || *sent.Failed[0].Code != "InvalidMessageContents" || !sent.Failed[0].SenderFault {
		t.Errorf("successful %v, failed %v", sent.Successful, sent.Failed)
	}
	_, handle := b.receive("work")
	deleted, err := b.client.DeleteMessageBatch(ctx, &client.DeleteMessageBatchInput{QueueUrl: b.url("work"), Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: aws.String("good"), ReceiptHandle: handle}, {Id: aws.String("bad"), ReceiptHandle: aws.String("nonsense")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(deleted.Successful) != 1 || len(deleted.Failed) != 1 || *deleted.Failed[0].Code != "ReceiptHandleIsInvalid" || b.depth("work") != 0 {
		t.Errorf("successful %v, failed %v, depth %d", deleted.Successful, deleted.Failed, b.depth("work"))
	}
}

func TestAMissingQueueIsTheErrorThatTheSDKKnows(t *testing.T) {
	b := newBench(t)
	_, err := b.client.GetQueueUrl(context.Background(), &client.GetQueueUrlInput{QueueName: aws.String("none")})
	if _, ok := errors.AsType[*types.QueueDoesNotExist](err); !ok {
		t.Errorf("err = %v, want QueueDoesNotExist", err)
	}
}

func TestRefusalsNameWhatIsWrong(t *testing.T) {
	const work = `"QueueUrl":"http://sqs.local/000000000000/work"`
	for name, c := range map[string]struct{ operation, body, code, says string }{
		"an unknown operation":      {"AddPermission", `{}`, "UnknownOperationException", "AddPermission"},
		"an unknown member":         {"SendMessage", `{` + work + `,"MessageBody":"x","MessageGroupId":"g"}`, "ValidationException", "MessageGroupId"},
		"broken JSON":               {"SendMessage", `{`, "SerializationException", "EOF"},
		"a foreign queue address":   {"SendMessage", `{"QueueUrl":"http://sqs.local/1/work","MessageBody":"x"}`, "InvalidAddress", "/1/work"},
		"no queue address":          {"PurgeQueue", `{}`, "MissingParameter", "QueueUrl"},
		"no body":                   {"SendMessage", `{` + work + `}`, "MissingParameter", "MessageBody"},
		"eleven messages at once":   {"ReceiveMessage", `{` + work + `,"MaxNumberOfMessages":11}`, "InvalidParameterValue", "MaxNumberOfMessages"},
		"an attribute with no text": {"SendMessage", `{` + work + `,"MessageBody":"x","MessageAttributes":{"a":{"DataType":"String"}}}`, "InvalidParameterValue", "'a'"},
		"an attribute type":         {"SendMessage", `{` + work + `,"MessageBody":"x","MessageAttributes":{"a":{"DataType":"Date","StringValue":"x"}}}`, "InvalidParameterValue", "'a'"},
		"a queue attribute":         {"GetQueueAttributes", `{` + work + `,"AttributeNames":["Colour"]}`, "InvalidAttributeName", "Colour"},
		"an empty batch":            {"SendMessageBatch", `{` + work + `,"Entries":[]}`, "EmptyBatchRequest", "at least one"},
		"a repeated batch id":       {"DeleteMessageBatch", `{` + work + `,"Entries":[{"Id":"a"},{"Id":"a"}]}`, "BatchEntryIdsNotDistinct", "Id a"},
		"a delay of an hour":        {"SendMessage", `{` + work + `,"MessageBody":"x","DelaySeconds":3600}`, "InvalidParameterValue", "DelaySeconds"},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := newBench(t, sqs.QueueSpec{Name: "work"}).post(c.operation, c.body)
			if status != 400 || !strings.Contains(answer, "#"+c.code+`"`) || !strings.Contains(answer, c.says) {
				t.Errorf("%d %s, want %s about %s", status, answer, c.code, c.says)
			}
		})
	}
}

func FuzzRequestsAreAnsweredOrRefused(f *testing.F) {
	f.Add("SendMessage", `{"QueueUrl":"http://h/000000000000/work","MessageBody":"x","MessageAttributes":{"a":{"DataType":"String","StringValue":"b"}}}`)
	f.Add("ReceiveMessage", `{"QueueUrl":"http://h/000000000000/work","MaxNumberOfMessages":3,"MessageAttributeNames":["a.*"]}`)
	f.Add("DeleteMessage", `{"QueueUrl":"http://h/000000000000/work","ReceiptHandle":"MSAxIHdvcms="}`)
	f.Add("SendMessageBatch", `{"QueueUrl":"http://h/000000000000/work","Entries":[{"Id":"a","MessageBody":"x"}]}`)
	f.Add("GetQueueAttributes", `{"QueueUrl":"http://h/000000000000/work","AttributeNames":["All"]}`)
	f.Add("ListQueues", `{"MaxResults":1}`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		b := newBench(t, sqs.QueueSpec{Name: "work"})
		gone, leave := context.WithCancel(context.Background())
		leave() // or a long poll would wait for somebody to run the clock
		status, answer := b.postFrom(gone, operation, body)
		if status >= 500 || (answer != "" && !json.Valid([]byte(answer))) {
			t.Errorf("%d %s", status, answer)
		}
	})
}
