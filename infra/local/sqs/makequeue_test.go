package sqs_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"slipway/infra/local/sqs"
)

func TestAQueueIsMadeOnceAndDeletedWithItsMessages(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "dead"})
	const made = `{"QueueName":"work","Attributes":{"VisibilityTimeout":"60","RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":\"3\"}"}}`
	for range 2 {
		if status, answer := b.post("CreateQueue", made); status != http.StatusOK || !strings.Contains(answer, b.engine.URL("work")) {
			t.Fatalf("%d %s", status, answer)
		}
	}
	b.send("work", "hello")
	if status, answer := b.post("DeleteQueue", `{"QueueUrl":"`+b.engine.URL("work")+`"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	if status, answer := b.ask(context.Background(), "Action=CreateQueue&QueueName=work&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=60"); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	if n := b.depth("work"); n != 0 {
		t.Errorf("a new queue of the name has %d messages of the old", n)
	}
}

func TestAQueueThatCannotBeMadeIsRefusedByName(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	for request, want := range map[string]string{
		`{"QueueName":"work","Attributes":{"VisibilityTimeout":"60"}}`: "QueueNameExists",
		`{"QueueName":"q.fifo"}`:                                           "FIFO",
		`{"QueueName":"q","Attributes":{"FifoQueue":"true"}}`:              "FifoQueue",
		`{"QueueName":"q","Attributes":{"MessageRetentionPeriod":"soon"}}`: "soon",
		`{"QueueName":"q","Attributes":{"RedrivePolicy":"{}"}}`:            "deadLetterTargetArn",
		`{"QueueName":"q","Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:none\",\"maxReceiveCount\":3}"}}`: "does not exist",
	} {
		if status, answer := b.post("CreateQueue", request); status != http.StatusBadRequest || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s, want it to name %s", request, status, answer, want)
		}
	}
	if status, answer := b.post("DeleteQueue", `{"QueueUrl":"`+b.engine.URL("none")+`"}`); status != http.StatusBadRequest || !strings.Contains(answer, "QueueDoesNotExist") {
		t.Errorf("%d %s", status, answer)
	}
}
