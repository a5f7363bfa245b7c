package sns_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/sns"
)

func TestATopicIsMadeOnceAndShownUntilItIsDeleted(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	attributes := map[string]string{"DisplayName": "Alarms", "KmsMasterKeyId": "alias/aws/sns", "FifoTopic": "false"}
	for _, attributes := range []map[string]string{attributes, attributes, nil} {
		made, err := b.client.CreateTopic(ctx, &client.CreateTopicInput{Name: aws.String("alarms"), Attributes: attributes})
		if err != nil || *made.TopicArn != b.engine.ARN("alarms") {
			t.Fatalf("made %v, err %v", made, err)
		}
	}
	_, err := b.client.CreateTopic(ctx, &client.CreateTopicInput{Name: aws.String("alarms"), Attributes: map[string]string{"DisplayName": "Other"}})
	if _, ok := errors.AsType[*types.InvalidParameterException](err); !ok {
		t.Errorf("another display name: %v", err)
	}
	alarms := aws.String(b.engine.ARN("alarms"))
	if _, err := b.client.SetTopicAttributes(ctx, &client.SetTopicAttributesInput{TopicArn: alarms, AttributeName: aws.String("DisplayName"), AttributeValue: aws.String("Bells")}); err != nil {
		t.Fatal(err)
	}
	shown, err := b.client.GetTopicAttributes(ctx, &client.GetTopicAttributesInput{TopicArn: alarms})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"TopicArn": *alarms, "Owner": "000000000000", "DisplayName": "Bells", "KmsMasterKeyId": "alias/aws/sns",
		"SubscriptionsPending": "0", "SubscriptionsConfirmed": "0", "SubscriptionsDeleted": "0"}
	if diff := cmp.Diff(want, shown.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	for range 2 {
		if _, err := b.client.DeleteTopic(ctx, &client.DeleteTopicInput{TopicArn: alarms}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = b.client.GetTopicAttributes(ctx, &client.GetTopicAttributesInput{TopicArn: alarms})
	if _, ok := errors.AsType[*types.NotFoundException](err); !ok {
		t.Errorf("a deleted topic: %v", err)
	}
}

func TestASubscriptionIsMadeOnceAndChangedByItsAttributes(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	in := &client.SubscribeInput{TopicArn: aws.String(topicARN), Protocol: aws.String("sqs"), Endpoint: aws.String(queueARN),
		Attributes: map[string]string{"RawMessageDelivery": "true", "RedrivePolicy": `{"deadLetterTargetArn":"` + deadARN + `"}`}}
	var arn *string
	for range 2 {
		made, err := b.client.Subscribe(ctx, in)
		if err != nil || *made.SubscriptionArn != topicARN+":id-1" {
			t.Fatalf("made %v, err %v", made, err)
		}
		arn = made.SubscriptionArn
	}
	asked, err := b.client.GetSubscriptionAttributes(ctx, &client.GetSubscriptionAttributesInput{SubscriptionArn: arn})
	if err != nil || asked.Attributes["RedrivePolicy"] != in.Attributes["RedrivePolicy"] || asked.Attributes["RawMessageDelivery"] != "true" {
		t.Errorf("attributes %v, err %v", asked, err)
	}
	in.Attributes = map[string]string{"RawMessageDelivery": "false"}
	_, err = b.client.Subscribe(ctx, in)
	if refusal, ok := errors.AsType[*types.InvalidParameterException](err); !ok || !strings.Contains(*refusal.Message, "already exists with different attributes") {
		t.Errorf("another attribute: %v", err)
	}
	for name, value := range map[string]string{"FilterPolicyScope": "MessageBody", "FilterPolicy": `{"a":["<&>"]}`, "RawMessageDelivery": "false", "RedrivePolicy": ""} {
		if _, err := b.client.SetSubscriptionAttributes(ctx, &client.SetSubscriptionAttributesInput{SubscriptionArn: arn, AttributeName: &name, AttributeValue: &value}); err != nil {
			t.Fatal(err)
		}
	}
	shown, err := b.client.GetSubscriptionAttributes(ctx, &client.GetSubscriptionAttributesInput{SubscriptionArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"SubscriptionArn": *arn, "TopicArn": topicARN, "Protocol": "sqs", "Endpoint": queueARN, "Owner": "000000000000",
		"RawMessageDelivery": "false", "FilterPolicy": `{"a":["<&>"]}`, "FilterPolicyScope": "MessageBody", "PendingConfirmation": "false", "ConfirmationWasAuthenticated": "true"}
	if diff := cmp.Diff(want, shown.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	for range 2 {
		if _, err := b.client.Unsubscribe(ctx, &client.UnsubscribeInput{SubscriptionArn: arn}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = b.client.GetSubscriptionAttributes(ctx, &client.GetSubscriptionAttributesInput{SubscriptionArn: arn})
	if _, ok := errors.AsType[*types.NotFoundException](err); !ok {
		t.Errorf("an ended subscription: %v", err)
	}
}

func TestASubscriptionOfMailStaysPending(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	for returned, want := range map[bool]string{false: "pending confirmation", true: topicARN + ":id-1"} {
		b.ids = 0
		made, err := b.client.Subscribe(ctx, &client.SubscribeInput{TopicArn: aws.String(topicARN), Protocol: aws.String("email"),
			Endpoint: aws.String("ann@example.com"), ReturnSubscriptionArn: returned})
		if err != nil || *made.SubscriptionArn != want {
			t.Errorf("made %v, err %v, want %s", made, err, want)
		}
		b.post(form("Action", "Unsubscribe", "SubscriptionArn", topicARN+":id-1"))
	}
	b.subscribe(sns.Email, "ann@example.com", sns.Settings{})
	listed, err := b.client.ListSubscriptionsByTopic(ctx, &client.ListSubscriptionsByTopicInput{TopicArn: aws.String(topicARN)})
	if err != nil || len(listed.Subscriptions) != 1 || *listed.Subscriptions[0].SubscriptionArn != "PendingConfirmation" {
		t.Errorf("listed %v, err %v", listed, err)
	}
	if _, answer := b.post(form("Action", "GetTopicAttributes", "TopicArn", topicARN)); !strings.Contains(answer, "<key>SubscriptionsPending</key><value>1</value>") {
		t.Error(answer)
	}
}

func TestListsComeInPages(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	for i := range 120 {
		if err := b.engine.Create(sns.TopicSpec{Name: fmt.Sprint("topic-", i)}); err != nil {
			t.Fatal(err)
		}
		b.subscribe(sns.SQS, fmt.Sprint(queueARN, i), sns.Settings{})
	}
	if _, err := b.engine.Subscribe(sns.SubscriptionSpec{Topic: b.engine.ARN("topic-0"), Protocol: sns.SQS, Endpoint: queueARN}); err != nil {
		t.Fatal(err)
	}
	counts := map[string][]int{}
	for pages := client.NewListTopicsPaginator(b.client, &client.ListTopicsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		counts["topics"] = append(counts["topics"], len(page.Topics))
	}
	for pages := client.NewListSubscriptionsPaginator(b.client, &client.ListSubscriptionsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		counts["subscriptions"] = append(counts["subscriptions"], len(page.Subscriptions))
	}
	for pages := client.NewListSubscriptionsByTopicPaginator(b.client, &client.ListSubscriptionsByTopicInput{TopicArn: aws.String(topicARN)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		counts["of the topic"] = append(counts["of the topic"], len(page.Subscriptions))
	}
	if diff := cmp.Diff(map[string][]int{"topics": {100, 21}, "subscriptions": {100, 21}, "of the topic": {100, 20}}, counts); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestPublishedMessagesArriveAsTheClientSentThem(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	b.subscribe(sns.Lambda, functionARN, sns.Settings{FilterPolicy: `{"project":["storefront"]}`})
	attributes := map[string]types.MessageAttributeValue{"project": {DataType: aws.String("String"), StringValue: aws.String("storefront")},
		"sum": {DataType: aws.String("Binary"), BinaryValue: []byte{1, 2}}}
	one, err := b.client.Publish(ctx, &client.PublishInput{TargetArn: aws.String(topicARN), Subject: aws.String("Grüße"), Message: aws.String("a+b & c\n"), MessageAttributes: attributes})
	if err != nil || *one.MessageId != "id-2" {
		t.Fatalf("published %v, err %v", one, err)
	}
	batch, err := b.client.PublishBatch(ctx, &client.PublishBatchInput{TopicArn: aws.String(topicARN), PublishBatchRequestEntries: []types.PublishBatchRequestEntry{
		{Id: aws.String("a"), Message: aws.String(`{"default":"d","lambda":"l"}`), MessageStructure: aws.String("json"), MessageAttributes: attributes},
		{Id: aws.String("b"), Message: aws.String("unwanted"), MessageAttributes: map[string]types.MessageAttributeValue{}}}})
	if err != nil || len(batch.Successful) != 2 || len(batch.Failed) != 0 || *batch.Successful[1].Id != "b" || *batch.Successful[1].MessageId != "id-5" {
		t.Fatalf("published %v, err %v", batch, err)
	}
	b.clock.Run()
	if len(b.events) != 2 || !strings.Contains(b.events[0], `"Message":"a+b & c\n","MessageAttributes":{"project":{"Type":"String","Value":"storefront"},"sum":{"Type":"Binary","Value":"AQI="}}`) ||
		!strings.Contains(b.events[0], `"Subject":"Grüße"`) || !strings.Contains(b.events[1], `"Message":"l"`) {
		t.Errorf("events %v", b.events)
	}
}

func TestABatchIsRefusedAsAWhole(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	entry := func(id, message string) types.PublishBatchRequestEntry {
		return types.PublishBatchRequestEntry{Id: &id, Message: &message}
	}
	var eleven []types.PublishBatchRequestEntry
	for i := range 11 {
		eleven = append(eleven, entry(fmt.Sprint(i), "x"))
	}
	half := strings.Repeat("x", 128<<10)
	for code, entries := range map[string][]types.PublishBatchRequestEntry{
		"EmptyBatchRequest":            {},
		"TooManyEntriesInBatchRequest": eleven,
		"InvalidBatchEntryId":          {entry("a b", "x")},
		"BatchEntryIdsNotDistinct":     {entry("a", "x"), entry("a", "x")},
		"BatchRequestTooLong":          {entry("a", half), entry("b", half+"x")},
		"InvalidParameter":             {entry("a", "x"), entry("b", "")},
	} {
		_, err := b.client.PublishBatch(t.Context(), &client.PublishBatchInput{TopicArn: aws.String(topicARN), PublishBatchRequestEntries: entries})
		if err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("err = %v, want %s", err, code)
		}
	}
	b.clock.Run()
	if b.letters != nil {
		t.Errorf("letters %v", b.letters)
	}
}

func TestTheLinkInAMessageUnsubscribes(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?Action=Unsubscribe&SubscriptionArn="+topicARN+":id-1", nil))
	want := `<UnsubscribeResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ResponseMetadata><RequestId>id-2</RequestId></ResponseMetadata></UnsubscribeResponse>`
	if w.Code != 200 || w.Body.String() != want || w.Header().Get("X-Amzn-Requestid") != "id-2" || b.rows("sns/subscriptions") != 0 {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
}
