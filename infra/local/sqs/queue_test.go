package sqs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"slipway/infra/local/sqs"
)

func TestCreateRefusesWhatAQueueCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		spec sqs.QueueSpec
		says string
	}{
		"a FIFO queue":                {sqs.QueueSpec{Name: "orders.fifo"}, "FIFO"},
		"a name with a space":         {sqs.QueueSpec{Name: "my queue"}, `"my queue"`},
		"a day of invisibility":       {sqs.QueueSpec{Name: "q", VisibilityTimeout: 24 * time.Hour}, "visibility"},
		"a second of retention":       {sqs.QueueSpec{Name: "q", MessageRetention: time.Second}, "retention"},
		"a missing redrive target":    {sqs.QueueSpec{Name: "q", RedriveTarget: "arn:aws:sqs:us-east-1:000000000000:none", MaxReceiveCount: 1}, "none"},
		"a redrive without a count":   {sqs.QueueSpec{Name: "q", RedriveTarget: "arn:aws:sqs:us-east-1:000000000000:none"}, "receive count"},
		"a count without a redrive":   {sqs.QueueSpec{Name: "q", MaxReceiveCount: 3}, "redrive target"},
		"a target in another account": {sqs.QueueSpec{Name: "q", RedriveTarget: "arn:aws:sqs:us-east-1:111111111111:dead", MaxReceiveCount: 3}, "111111111111"},
	} {
		t.Run(name, func(t *testing.T) {
			err := newBench(t, sqs.QueueSpec{Name: "dead"}).engine.Create(c.spec)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Create = %v, want an error that mentions %s", err, c.says)
			}
		})
	}
}

func TestCreateAgainKeepsTheMessagesAndTakesTheNewSettings(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	b.send("work", "one")
	b.restart()
	if err := b.engine.Create(sqs.QueueSpec{Name: "work", VisibilityTimeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if got := b.depth("work"); got != 1 {
		t.Errorf("depth = %d, want 1", got)
	}
	out, err := b.client.GetQueueAttributes(context.Background(), &client.GetQueueAttributesInput{
		QueueUrl: b.url("work"), AttributeNames: []types.QueueAttributeName{"VisibilityTimeout", "QueueArn"}})
	if err != nil {
		t.Fatal(err)
	}
	if out.Attributes["VisibilityTimeout"] != "60" || out.Attributes["QueueArn"] != "arn:aws:sqs:us-east-1:000000000000:work" || len(out.Attributes) != 2 {
		t.Errorf("attributes = %v", out.Attributes)
	}
}

func TestAttributesCountMessagesByState(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"})
	ctx := context.Background()
	b.send("work", "received")
	b.receive("work")
	b.send("work", "visible")
	if _, err := b.client.SendMessage(ctx, &client.SendMessageInput{QueueUrl: b.url("work"), MessageBody: aws.String("later"), DelaySeconds: 9}); err != nil {
		t.Fatal(err)
	}
	out, err := b.client.GetQueueAttributes(ctx, &client.GetQueueAttributesInput{QueueUrl: b.url("work"), AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"} {
		if out.Attributes[name] != "1" {
			t.Errorf("%s = %s, want 1", name, out.Attributes[name])
		}
	}
}

func TestListQueuesPagesByName(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "a-1"}, sqs.QueueSpec{Name: "b-1"}, sqs.QueueSpec{Name: "b-2"}, sqs.QueueSpec{Name: "b-3"}, sqs.QueueSpec{Name: "c-1"})
	var got []string
	pages := client.NewListQueuesPaginator(b.client, &client.ListQueuesInput{QueueNamePrefix: aws.String("b-"), MaxResults: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.QueueUrls...)
	}
	want := "http://sqs.local/000000000000/b-1 http://sqs.local/000000000000/b-2 http://sqs.local/000000000000/b-3"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestPurgeQueueLeavesOtherQueuesAlone(t *testing.T) {
	b := newBench(t, sqs.QueueSpec{Name: "work"}, sqs.QueueSpec{Name: "work-2"})
	b.send("work", "one")
	b.send("work-2", "two")
	if _, err := b.client.PurgeQueue(context.Background(), &client.PurgeQueueInput{QueueUrl: b.url("work")}); err != nil {
		t.Fatal(err)
	}
	if b.depth("work") != 0 || b.depth("work-2") != 1 {
		t.Errorf("depths = %d and %d, want 0 and 1", b.depth("work"), b.depth("work-2"))
	}
	if bodies, _ := b.receive("work"); bodies != nil {
		t.Errorf("received %v from a purged queue", bodies)
	}
}
