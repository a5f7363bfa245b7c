package sqs_test

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/sqs"
)

// ask sends a form, written as a query, and returns the answer.
func (b *bench) ask(ctx context.Context, form string) (status int, answer string) {
	b.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(form+"&Version=2012-11-05"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// between returns the text of the first element of that name.
func between(answer, name string) string {
	_, rest, _ := strings.Cut(answer, "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return text
}

func TestAMessageGoesThroughTheQueryProtocol(t *testing.T) {
	b, ctx := newBench(t, sqs.QueueSpec{Name: "work"}), context.Background()
	status, answer := b.ask(ctx, "Action=SendMessage&QueueUrl=http://h/000000000000/work&MessageBody=%7B%22a%22%3A1%7D&DelaySeconds=5"+
		"&MessageAttribute.1.Name=kind&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=order")
	if status != 200 || between(answer, "SendMessageResult") == "" || len(between(answer, "MD5OfMessageAttributes")) != 32 {
		t.Fatalf("%d %s", status, answer)
	}
	b.pass(5 * time.Second)
	status, answer = b.ask(ctx, "Action=ReceiveMessage&QueueUrl=http://h/000000000000/work&AttributeName.1=SentTimestamp&MessageAttributeName.1=All&MaxNumberOfMessages=10")
	if status != 200 || between(answer, "Body") != "{&#34;a&#34;:1}" || !strings.Contains(answer, "<Attribute><Name>SentTimestamp</Name><Value>") ||
		!strings.Contains(answer, "<MessageAttribute><Name>kind</Name><Value><DataType>String</DataType><StringValue>order</StringValue></Value></MessageAttribute>") {
		t.Fatalf("%d %s", status, answer)
	}
	status, answer = b.ask(ctx, "Action=DeleteMessage&QueueUrl=http://h/000000000000/work&ReceiptHandle="+url.QueryEscape(between(answer, "ReceiptHandle")))
	if status != 200 || strings.Contains(answer, "Result") || b.depth("work") != 0 {
		t.Errorf("%d %s, depth %d", status, answer, b.depth("work"))
	}
}

func TestTheQueryProtocolAnswersAsItsDocumentationShows(t *testing.T) {
	for form, want := range map[string]string{
		"Action=GetQueueUrl&QueueName=work": "<GetQueueUrlResult><QueueUrl>http://sqs.local/000000000000/work</QueueUrl></GetQueueUrlResult>",
		"Action=ListQueues":                 "<ListQueuesResult><QueueUrl>http://sqs.local/000000000000/work</QueueUrl></ListQueuesResult>",
		"Action=GetQueueAttributes&QueueUrl=http://h/000000000000/work&AttributeName.1=VisibilityTimeout":                                                      "<GetQueueAttributesResult><Attribute><Name>VisibilityTimeout</Name><Value>30</Value></Attribute></GetQueueAttributesResult>",
		"Action=ReceiveMessage&QueueUrl=http://h/000000000000/work":                                                                                            "<ReceiveMessageResult></ReceiveMessageResult>",
		"Action=PurgeQueue&QueueUrl=http://h/000000000000/work":                                                                                                `<PurgeQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ResponseMetadata>`,
		"Action=DeleteMessageBatch&QueueUrl=http://h/000000000000/work&DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle=b": "<BatchResultErrorEntry><Code>ReceiptHandleIsInvalid</Code><Id>a</Id>",
		"Action=SendMessageBatch&QueueUrl=http://h/000000000000/work&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x":         "<SendMessageBatchResultEntry><Id>a</Id><MD5OfMessageBody>9dd4e461268c8034f5c8564e155c67a6</MD5OfMessageBody>",
	} {
		status, answer := newBench(t, sqs.QueueSpec{Name: "work"}).ask(context.Background(), form)
		if status != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s, want %s", form, status, answer, want)
		}
	}
}

func TestTheQueryProtocolRefusesByName(t *testing.T) {
	for form, want := range map[string]struct{ code, says string }{
		"Action=AddPermission": {"UnknownOperationException", "AddPermission"},
		"Action=SendMessage&QueueUrl=http://h/000000000000/work&MessageBody=x&MessageGroupId=g":  {"ValidationException", "MessageGroupId"},
		"Action=SendMessage&QueueUrl=http://h/000000000000/work&MessageBody=x&DelaySeconds=soon": {"InvalidParameterValue", "DelaySeconds"},
		"Action=ReceiveMessage&QueueUrl=http://h/000000000000/work&AttributeName.first=All":      {"MalformedQueryString", "AttributeName.first"},
		"Action=GetQueueUrl&QueueName=none":                                                      {"AWS.SimpleQueueService.NonExistentQueue", "does not exist"},
		"Action=PurgeQueue&QueueUrl=http%3A%2F%2Fh%2F1%2Fwork":                                   {"InvalidAddress", "/1/work"},
		"Action=%zz": {"MalformedQueryString", "%zz"},
	} {
		status, answer := newBench(t, sqs.QueueSpec{Name: "work"}).ask(context.Background(), form)
		if status != 400 || between(answer, "Code") != want.code || !strings.Contains(between(answer, "Message"), want.says) {
			t.Errorf("%s: %d %s, want %s about %s", form, status, answer, want.code, want.says)
		}
	}
}

func FuzzFormsAreAnsweredOrRefused(f *testing.F) {
	f.Add("Action=SendMessage&QueueUrl=http://h/000000000000/work&MessageBody=x&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String")
	f.Add("Action=SendMessageBatch&QueueUrl=http://h/000000000000/work&SendMessageBatchRequestEntry.1.MessageAttribute.2.Name=a&SendMessageBatchRequestEntry.1.Id=a")
	f.Add("Action=GetQueueAttributes&QueueUrl=http://h/000000000000/work&AttributeName.9=All&AttributeName.-1=QueueArn")
	f.Add("Action=ListQueues&MaxResults=1&QueueNamePrefix=w")
	f.Fuzz(func(t *testing.T, form string) {
		gone, leave := context.WithCancel(context.Background())
		leave() // or a long poll would wait for somebody to run the clock
		status, answer := newBench(t, sqs.QueueSpec{Name: "work"}).ask(gone, form)
		if invalid := xml.Unmarshal([]byte(answer), new(struct{})); answer != "" && invalid != nil || status >= 500 {
			t.Errorf("%d %s: %v", status, answer, invalid)
		}
	})
}
