package sqs_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"slipway/infra/local/sqs"
	"slipway/infra/local/store"
)

const deadARN = "arn:aws:sqs:us-east-1:000000000000:dead"

func TestAReceivedMessageIsHiddenUntilItsTimeOut(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work", VisibilityTimeout: time.Minute})
	b.send("work", "one")
	first, _ := b.receive("work")
	b.pass(59 * time.Second)
	hidden, _ := b.receive("work")
	b.pass(time.Second)
	again, handle := b.receive("work")
	if !slices.Equal(first, []string{"one"}) || hidden != nil || !slices.Equal(again, []string{"one"}) {
		t.Errorf("received %v, then %v, then %v", first, hidden, again)
	}
	b.deleteMessage("work", handle)
	if b.depth("work") != 0 {
		t.Error("the deleted message is still there")
	}
}

func (b *bench) deleteMessage(queue string, handle *string) {
	b.Helper()
	if _, err := b.client.DeleteMessage(context.Background(), &client.DeleteMessageInput{QueueUrl: b.url(queue), ReceiptHandle: handle}); err != nil {
		b.Fatal(err)
	}
}

func TestAnOldReceiptHandleDeletesNothing(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	b.send("work", "one")
	_, old := b.receive("work")
	b.pass(time.Minute)
	_, current := b.receive("work")
	b.deleteMessage("work", old)
	if b.depth("work") != 1 {
		t.Error("the old handle deleted the message")
	}
	b.deleteMessage("work", current)
	b.deleteMessage("work", current)
	if b.depth("work") != 0 {
		t.Error("the current handle didn't delete the message")
	}
}

func TestChangeMessageVisibilityEndsOrExtendsTheTimeOut(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	b.send("work", "one")
	_, handle := b.receive("work")
	change := func(handle *string, seconds int32) error {
		_, err := b.client.ChangeMessageVisibility(context.Background(), &client.ChangeMessageVisibilityInput{
			QueueUrl: b.url("work"), ReceiptHandle: handle, VisibilityTimeout: seconds})
		return err
	}
	if err := change(handle, 120); err != nil {
		t.Fatal(err)
	}
	b.pass(119 * time.Second)
	if bodies, _ := b.receive("work"); bodies != nil {
		t.Errorf("received %v before the extended time-out", bodies)
	}
	if err := change(handle, 0); err != nil {
		t.Fatal(err)
	}
	if bodies, _ := b.receive("work"); len(bodies) != 1 {
		t.Error("the message isn't visible after its time-out was set to 0")
	}
	var refused smithy.APIError
	if err := change(handle, 5); !errors.As(err, &refused) || refused.ErrorCode() != "InvalidParameterValue" {
		t.Errorf("changing by an old handle: %v", err)
	}
}

func TestAMessageReceivedTooOftenMovesToTheDeadLetterQueue(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "dead"},
		sqs.QueueSpec{Name: "work", VisibilityTimeout: time.Minute, RedriveTarget: deadARN, MaxReceiveCount: 2})
	b.send("work", "poison")
	b.send("work", "poison too")
	for range 2 {
		if bodies, _ := b.receive("work"); len(bodies) != 2 {
			t.Fatalf("received %v, want both", bodies)
		}
		b.pass(time.Minute)
		b.restart()
	}
	b.send("work", "fine")
	if bodies, _ := b.receive("work"); !slices.Equal(bodies, []string{"fine"}) {
		t.Errorf("received %v, want the fine message alone", bodies)
	}
	out, err := b.client.ReceiveMessage(context.Background(), &client.ReceiveMessageInput{QueueUrl: b.url("dead"),
		MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Messages) != 2 || *out.Messages[0].Body != "poison" {
		t.Fatalf("dead letters = %v", out.Messages)
	}
	attributes := out.Messages[0].Attributes
	if attributes["DeadLetterQueueSourceArn"] != "arn:aws:sqs:us-east-1:000000000000:work" || attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("attributes = %v", attributes)
	}
}

func TestAMessageGoesAfterItsRetention(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work", MessageRetention: time.Hour})
	b.send("work", "old")
	b.pass(30 * time.Minute)
	b.send("work", "young")
	b.pass(30 * time.Minute)
	if got := b.depth("work"); got != 1 {
		t.Errorf("depth = %d, want 1", got)
	}
	if bodies, _ := b.receive("work"); !slices.Equal(bodies, []string{"young"}) {
		t.Errorf("received %v, want the young message", bodies)
	}
}

func TestADelayedMessageIsReceivedOnceItsDelayHasPassed(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	if _, err := b.client.SendMessage(context.Background(), &client.SendMessageInput{
		QueueUrl: b.url("work"), MessageBody: aws.String("later"), DelaySeconds: 10}); err != nil {
		t.Fatal(err)
	}
	if bodies, _ := b.receive("work"); bodies != nil {
		t.Errorf("received %v at once", bodies)
	}
	b.pass(10 * time.Second)
	if bodies, _ := b.receive("work"); len(bodies) != 1 {
		t.Error("not received after the delay")
	}
}

func TestALongPollReturnsWhenAMessageComes(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*bench)
		want      int
	}{
		"sent meanwhile":         {func(b *bench) { b.send("work", "one") }, 1},
		"nothing before the end": {func(b *bench) { b.pass(20 * time.Second) }, 0},
		"visible again in time":  {func(b *bench) { b.pass(19 * time.Second) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, sqs.QueueSpec{Name: "work", VisibilityTimeout: 15 * time.Second})
				if name == "visible again in time" {
					b.send("work", "one")
					b.receive("work")
				}
				var out *client.ReceiveMessageOutput
				var err error
				go func() {
					out, err = b.client.ReceiveMessage(context.Background(), &client.ReceiveMessageInput{QueueUrl: b.url("work"), WaitTimeSeconds: 20})
				}()
				synctest.Wait()
				if out != nil {
					t.Fatal("returned at once")
				}
				c.meanwhile(b)
				synctest.Wait()
				if err != nil || out == nil || len(out.Messages) != c.want {
					t.Errorf("received %v, %v; want %d messages", out, err, c.want)
				}
			})
		})
	}
}

func TestALongPollEndsWithItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, sqs.QueueSpec{Name: "work"})
		ctx, cancel := context.WithCancel(context.Background())
		var err error
		go func() {
			_, err = b.client.ReceiveMessage(ctx, &client.ReceiveMessageInput{QueueUrl: b.url("work"), WaitTimeSeconds: 20})
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v, want context.Canceled", err)
		}
	})
}

func TestMessageAttributesAreShownByName(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	ctx := context.Background()
	_, err := b.client.SendMessage(ctx, &client.SendMessageInput{QueueUrl: b.url("work"), MessageBody: aws.String("body"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"rule.name": {DataType: aws.String("String"), StringValue: aws.String("promote")},
			"rule.id":   {DataType: aws.String("Number"), StringValue: aws.String("7")},
			"blob":      {DataType: aws.String("Binary.png"), BinaryValue: []byte{1, 2}},
		}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.client.ReceiveMessage(ctx, &client.ReceiveMessageInput{QueueUrl: b.url("work"), MessageAttributeNames: []string{"rule.*"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"SenderId"}})
	if err != nil {
		t.Fatal(err)
	}
	m := out.Messages[0]
	if len(m.MessageAttributes) != 2 || *m.MessageAttributes["rule.name"].StringValue != "promote" || m.Attributes["SenderId"] != "manager1" || len(m.Attributes) != 1 {
		t.Errorf("message attributes %v, attributes %v", m.MessageAttributes, m.Attributes)
	}
	all, err := b.engine.Messages("work")
	if err != nil || len(all) != 1 || all[0].Attributes["blob"] != "\x01\x02" || all[0].ReceiveCount != 1 {
		t.Errorf("Messages = %v, %v", all, err)
	}
}

// The digest is the one that AWS's own algorithm gives, computed independently.
func TestTheAttributeDigestFollowsTheDocumentedAlgorithm(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	out, err := b.client.SendMessage(context.Background(), &client.SendMessageInput{QueueUrl: b.url("work"), MessageBody: aws.String("x"),
		MessageAttributes: map[string]types.MessageAttributeValue{"RULE_ARN": {DataType: aws.String("String"), StringValue: aws.String("arn")}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := *out.MD5OfMessageAttributes; got != attributeDigest {
		t.Errorf("digest = %s, want %s", got, attributeDigest)
	}
}

func TestSendWritesInTheCallersTransaction(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	failure := errors.New("rolled back")
	err := b.store.Update(func(tx store.Tx) error {
		if err := b.engine.Send(tx, b.engine.ARN("work"), "lost", map[string]string{"A": "b", "EMPTY": ""}); err != nil {
			t.Error(err)
		}
		return failure
	})
	if !errors.Is(err, failure) || b.depth("work") != 0 {
		t.Errorf("err = %v, depth = %d", err, b.depth("work"))
	}
	err = b.store.Update(func(tx store.Tx) error { return b.engine.Send(tx, b.engine.ARN("none"), "x", nil) })
	if err == nil {
		t.Error("sent to a queue that doesn't exist")
	}
}
