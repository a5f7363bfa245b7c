package sns_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/sns"
	"slipway/infra/local/store"
)

func text(value string) sns.Attribute { return sns.Attribute{DataType: "String", StringValue: value} }

var released = sns.Message{Subject: "Release 1.4.0", Body: `a "b" <c>`, Attributes: map[string]sns.Attribute{
	"project": text("storefront"), "sum": {DataType: "Binary", BinaryValue: []byte{1, 2}}}}

func TestAQueueGetsTheEnvelope(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	b.publish(released)
	b.publish(sns.Message{Body: "plain"})
	want := []letter{{queueARN, `{"Type":"Notification","MessageId":"id-2","TopicArn":"` + topicARN + `","Subject":"Release 1.4.0","Message":"a \"b\" <c>",` +
		`"Timestamp":"2026-11-22T08:00:00.000Z","SignatureVersion":"1","Signature":"","SigningCertURL":"",` +
		`"UnsubscribeURL":"http://sns.local/?Action=Unsubscribe&SubscriptionArn=` + topicARN + `:id-1",` +
		`"MessageAttributes":{"project":{"Type":"String","Value":"storefront"},"sum":{"Type":"Binary","Value":"AQI="}}}`, map[string]string{}},
		{queueARN, `{"Type":"Notification","MessageId":"id-3","TopicArn":"` + topicARN + `","Message":"plain",` +
			`"Timestamp":"2026-11-22T08:00:00.000Z","SignatureVersion":"1","Signature":"","SigningCertURL":"",` +
			`"UnsubscribeURL":"http://sns.local/?Action=Unsubscribe&SubscriptionArn=` + topicARN + `:id-1"}`, map[string]string{}}}
	if diff := cmp.Diff(want, b.letters, cmp.AllowUnexported(letter{})); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
}

func TestAQueueGetsARawMessageWithItsAttributes(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{RawMessageDelivery: true})
	b.publish(sns.Message{Subject: "lost", Body: "built", Attributes: map[string]sns.Attribute{"project": text("storefront")}})
	want := []letter{{queueARN, "built", map[string]string{"project": "storefront"}}}
	if diff := cmp.Diff(want, b.letters, cmp.AllowUnexported(letter{})); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
	if err := b.offer(released); err == nil || !strings.Contains(err.Error(), "'sum' of type Binary") {
		t.Errorf("an attribute that a queue can't get: %v", err)
	}
}

func TestAFunctionGetsTheEventOfOneRecord(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.Lambda, functionARN, sns.Settings{})
	b.publish(released)
	b.publish(sns.Message{Body: "plain"})
	record := func(id, message, attributes, subject string) string {
		return functionARN + ` {"Records":[{"EventVersion":"1.0","EventSubscriptionArn":"` + topicARN + `:id-1","EventSource":"aws:sns","Sns":{` +
			`"SignatureVersion":"1","Timestamp":"2026-11-22T08:00:00.000Z","Signature":"","SigningCertUrl":"","MessageId":"` + id + `","Message":` + message +
			`,"MessageAttributes":` + attributes + `,"Type":"Notification","UnsubscribeUrl":"http://sns.local/?Action=Unsubscribe&SubscriptionArn=` + topicARN +
			`:id-1","TopicArn":"` + topicARN + `","Subject":` + subject + `}}]}`
	}
	want := []string{
		record("id-2", `"a \"b\" <c>"`, `{"project":{"Type":"String","Value":"storefront"},"sum":{"Type":"Binary","Value":"AQI="}}`, `"Release 1.4.0"`),
		record("id-3", `"plain"`, `{}`, `null`)}
	if diff := cmp.Diff(want, b.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestMailIsToldAndNotSent(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.Email, "ann@example.com", sns.Settings{})
	b.subscribe(sns.EmailJSON, "bob@example.com", sns.Settings{})
	b.publish(sns.Message{Body: "plain"})
	if len(b.mails) != 2 || !strings.HasPrefix(b.mails[1].message, `{"Type":"Notification"`) {
		t.Fatalf("mails %v", b.mails)
	}
	if want := (mail{topicARN, "ann@example.com", "AWS Notification Message", "plain"}); b.mails[0] != want {
		t.Errorf("mail %v, want %v", b.mails[0], want)
	}
}

func TestAMessagePerProtocolReachesEachInItsOwn(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{RawMessageDelivery: true})
	b.subscribe(sns.Email, "ann@example.com", sns.Settings{})
	b.subscribe(sns.SQS, deadARN, sns.Settings{RawMessageDelivery: true, FilterPolicyScope: sns.MessageBody, FilterPolicy: `{"for":["queues"]}`})
	b.publish(sns.Message{PerProtocol: true, Body: `{"default":"all","sqs":"{\"for\":\"queues\"}","lambda":1}`})
	if len(b.letters) != 2 || b.letters[0].body != `{"for":"queues"}` || len(b.mails) != 1 || b.mails[0].message != "all" {
		t.Errorf("letters %v, mails %v", b.letters, b.mails)
	}
}

func TestAMessageOfARolledBackTransactionNeverWas(t *testing.T) {
	b, failure := newBench(t), errors.New("rolled back")
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	err := b.store.Update(func(tx store.Tx) error {
		if _, err := b.engine.Publish(tx, topicARN, released); err != nil {
			t.Error(err)
		}
		return failure
	})
	b.clock.Run()
	if !errors.Is(err, failure) || b.letters != nil || b.rows("sns/deliveries") != 0 {
		t.Errorf("err %v, letters %v", err, b.letters)
	}
}

func TestAMessageIsRefusedAsSNSRefusesIt(t *testing.T) {
	attribute := func(name string, a sns.Attribute) sns.Message {
		return sns.Message{Body: "x", Attributes: map[string]sns.Attribute{name: a}}
	}
	for name, c := range map[string]struct {
		message    sns.Message
		code, says string
	}{
		"no text":                      {sns.Message{}, "InvalidParameter", "Invalid parameter: Empty message"},
		"256 KiB and a byte":           {sns.Message{Body: strings.Repeat("x", 256<<10+1)}, "InvalidParameter", "Invalid parameter: Message too long"},
		"attributes that make it long": {sns.Message{Body: strings.Repeat("x", 256<<10), Attributes: released.Attributes}, "InvalidParameter", "Message too long"},
		"broken text":                  {sns.Message{Body: "\xff"}, "InvalidParameter", "UTF-8"},
		"a subject of two lines":       {sns.Message{Body: "x", Subject: "a\nb"}, "InvalidParameter", "Invalid parameter: Subject"},
		"a subject of 101 characters":  {sns.Message{Body: "x", Subject: strings.Repeat("ä", 101)}, "InvalidParameter", "Invalid parameter: Subject"},
		"a subject after a space":      {sns.Message{Body: "x", Subject: " x"}, "InvalidParameter", "Invalid parameter: Subject"},
		"no JSON per protocol":         {sns.Message{Body: "x", PerProtocol: true}, "InvalidParameter", "JSON message body failed to parse"},
		"no default per protocol":      {sns.Message{Body: `{"default":1}`, PerProtocol: true}, "InvalidParameter", "No default entry in JSON message body"},
		"an attribute's name":          {attribute("a b", text("x")), "ParameterValueInvalid", "'a b'"},
		"a reserved name":              {attribute("AWS.x", text("x")), "ParameterValueInvalid", "'AWS.x'"},
		"an attribute's type":          {attribute("a", sns.Attribute{DataType: "Date", StringValue: "x"}), "ParameterValueInvalid", "Binary, Number, and String"},
		"an attribute without a value": {attribute("a", text("")), "ParameterValueInvalid", "non-empty"},
		"a number that is none":        {attribute("a", sns.Attribute{DataType: "Number", StringValue: "0x10"}), "ParameterValueInvalid", "to number"},
		"an array that is none":        {attribute("a", sns.Attribute{DataType: "String.Array", StringValue: `[["x"]]`}), "ParameterValueInvalid", "JSON array"},
	} {
		t.Run(name, func(t *testing.T) {
			err := newBench(t).offer(c.message)
			refusal, ok := errors.AsType[*awsjson.Error](err)
			if !ok || refusal.Code != c.code || !strings.Contains(refusal.Message, c.says) {
				t.Errorf("err = %v, want %s about %s", err, c.code, c.says)
			}
		})
	}
}

func TestAMessageToNoTopicIsRefused(t *testing.T) {
	b := newBench(t)
	for arn, says := range map[string]string{"releases": "at least 6 elements, not 1", topicARN + "x": "Topic does not exist",
		"arn:aws:sns:us-east-1:111111111111:releases": "Topic does not exist"} {
		err := b.store.Update(func(tx store.Tx) error {
			_, err := b.engine.Publish(tx, arn, released)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", arn, err, says)
		}
	}
}
