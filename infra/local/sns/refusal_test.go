package sns_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slipway/infra/local/sns"
)

func TestRefusalsNameWhatIsWrong(t *testing.T) {
	subscribe := func(protocol, endpoint string, more ...string) string {
		return form(append([]string{"Action", "Subscribe", "TopicArn", topicARN, "Protocol", protocol, "Endpoint", endpoint}, more...)...)
	}
	publish := func(more ...string) string {
		return form(append([]string{"Action", "Publish", "TopicArn", topicARN, "Message", "x"}, more...)...)
	}
	for name, c := range map[string]struct {
		form       string
		status     int
		code, says string
	}{
		"an unknown action":              {form("Action", "ConfirmSubscription"), 400, "InvalidAction", "ConfirmSubscription"},
		"no action":                      {"", 400, "InvalidAction", ""},
		"another version":                {publish("Version", "2009-01-01"), 400, "InvalidAction", "2009-01-01"},
		"a broken form":                  {"Action=%zz", 400, "MalformedQueryString", "%zz"},
		"a parameter twice":              {publish() + "&Message=y", 400, "MalformedInput", "Message"},
		"bytes that are no text":         {publish("Subject", "\xff"), 400, "MalformedInput", "Subject"},
		"an empty name":                  {publish("A..b", "x"), 400, "MalformedInput", "A..b"},
		"a name of eleven parts":         {publish("A.b.c.d.e.f.g.h.i.j.k", "x"), 400, "MalformedInput", "1 to 10 names"},
		"a value with others below":      {publish("Subject.x", "y", "Subject", "z"), 400, "MalformedInput", "z"},
		"an object for a text":           {publish("Subject.x", "y"), 400, "MalformedInput", "Subject"},
		"an item without a number":       {publish("MessageAttributes.entry.first.Name", "a"), 400, "MalformedInput", "first"},
		"an unknown parameter":           {publish("MessageGroupId", "g"), 400, "InvalidParameter", "MessageGroupId"},
		"an unknown part of one":         {publish("MessageAttributes.entry.1.Colour", "a"), 400, "InvalidParameter", "Colour"},
		"a phone number":                 {form("Action", "Publish", "PhoneNumber", "+41", "Message", "x"), 400, "InvalidParameter", "PhoneNumber"},
		"two targets":                    {publish("TargetArn", topicARN), 400, "InvalidParameter", "TargetArn"},
		"no topic":                       {form("Action", "Publish", "Message", "x"), 400, "InvalidParameter", "at least 6 elements, not 1"},
		"a missing topic":                {form("Action", "Publish", "TopicArn", topicARN+"x", "Message", "x"), 404, "NotFound", "Topic does not exist"},
		"an empty subject":               {publish("Subject", ""), 400, "InvalidParameter", "Subject"},
		"a message structure":            {publish("MessageStructure", "yaml"), 400, "InvalidParameter", "Must be json"},
		"broken base64":                  {publish("MessageAttributes.entry.1.Name", "a", "MessageAttributes.entry.1.Value.BinaryValue", "?"), 400, "ParameterValueInvalid", "base64"},
		"an attribute twice":             {publish("MessageAttributes.entry.1.Name", "a", "MessageAttributes.entry.2.Name", "a"), 400, "ParameterValueInvalid", "twice"},
		"a topic's name":                 {form("Action", "CreateTopic", "Name", "a b"), 400, "InvalidParameter", "Topic Name"},
		"a FIFO topic by name":           {form("Action", "CreateTopic", "Name", "a.fifo"), 400, "InvalidParameter", "FIFO topics are not supported"},
		"a FIFO topic by attribute":      {form("Action", "CreateTopic", "Name", "a", "Attributes.entry.1.key", "FifoTopic", "Attributes.entry.1.value", "true"), 400, "InvalidParameter", "FIFO topics are not supported"},
		"a topic's tags":                 {form("Action", "CreateTopic", "Name", "a", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v"), 400, "InvalidParameter", "Tags"},
		"a topic's attribute":            {form("Action", "SetTopicAttributes", "TopicArn", topicARN, "AttributeName", "DeliveryPolicy"), 400, "InvalidParameter", "DeliveryPolicy"},
		"a display name of 101":          {form("Action", "SetTopicAttributes", "TopicArn", topicARN, "AttributeName", "DisplayName", "AttributeValue", strings.Repeat("x", 101)), 400, "InvalidParameter", "DisplayName"},
		"a foreign topic":                {form("Action", "DeleteTopic", "TopicArn", "arn:aws:sns:us-east-1:1:releases"), 404, "NotFound", "Topic"},
		"a known protocol":               {subscribe("https", "https://example.com"), 400, "InvalidParameter", `the protocol "https" is not supported`},
		"an unknown protocol":            {subscribe("pigeon", "x"), 400, "InvalidParameter", "Does not support this protocol string: pigeon"},
		"no endpoint":                    {subscribe("sqs", ""), 400, "InvalidParameter", "Endpoint"},
		"a queue's address":              {subscribe("sqs", "http://sqs.local/work"), 400, "InvalidParameter", "SQS endpoint ARN"},
		"a FIFO queue":                   {subscribe("sqs", queueARN+".fifo"), 400, "InvalidParameter", "FIFO SQS Queues"},
		"a function's name":              {subscribe("lambda", "promote"), 400, "InvalidParameter", "Lambda endpoint ARN"},
		"a mail address":                 {subscribe("email", "ann"), 400, "InvalidParameter", "Email address"},
		"raw delivery to a function":     {subscribe("lambda", functionARN, "Attributes.entry.1.key", "RawMessageDelivery", "Attributes.entry.1.value", "true"), 400, "InvalidParameter", "Delivery protocol [lambda] does not support raw message delivery."},
		"raw delivery perhaps":           {subscribe("sqs", queueARN, "Attributes.entry.1.key", "RawMessageDelivery", "Attributes.entry.1.value", "perhaps"), 400, "InvalidParameter", "[perhaps]"},
		"a broken redrive policy":        {subscribe("sqs", queueARN, "Attributes.entry.1.key", "RedrivePolicy", "Attributes.entry.1.value", "{"), 400, "InvalidParameter", "RedrivePolicy: failed to parse JSON."},
		"more than a redrive policy":     {subscribe("sqs", queueARN, "Attributes.entry.1.key", "RedrivePolicy", "Attributes.entry.1.value", `{"maxReceiveCount":3}`), 400, "InvalidParameter", "maxReceiveCount"},
		"two redrive policies":           {subscribe("sqs", queueARN, "Attributes.entry.1.key", "RedrivePolicy", "Attributes.entry.1.value", `{}{}`), 400, "InvalidParameter", "one JSON value"},
		"a subscription's attribute":     {subscribe("sqs", queueARN, "Attributes.entry.1.key", "ReplayPolicy", "Attributes.entry.1.value", "{}"), 400, "InvalidParameter", "ReplayPolicy"},
		"a subscription to no topic":     {form("Action", "Subscribe", "TopicArn", topicARN+"x", "Protocol", "sqs", "Endpoint", queueARN), 404, "NotFound", "Topic"},
		"no subscription":                {form("Action", "Unsubscribe", "SubscriptionArn", "PendingConfirmation"), 400, "InvalidParameter", "not 1"},
		"a missing subscription":         {form("Action", "SetSubscriptionAttributes", "SubscriptionArn", topicARN+":x", "AttributeName", "FilterPolicy"), 404, "NotFound", "Subscription"},
		"a filter policy for the topic":  {form("Action", "SetSubscriptionAttributes", "SubscriptionArn", topicARN+":id-1", "AttributeName", "FilterPolicy", "AttributeValue", "["), 400, "InvalidParameter", "Invalid parameter: FilterPolicy: event pattern"},
		"more than the longest request":  {publish("Subject", strings.Repeat("x", 2<<20)), 413, "RequestEntityTooLarge", "2097152"},
		"a list that is none":            {form("Action", "PublishBatch", "TopicArn", topicARN, "PublishBatchRequestEntries", "x"), 400, "MalformedInput", ""},
		"a list's member that is a text": {form("Action", "PublishBatch", "TopicArn", topicARN, "PublishBatchRequestEntries.member.1", "x"), 400, "MalformedInput", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.subscribe(sns.SQS, queueARN+"1", sns.Settings{})
			status, answer := b.post(c.form)
			var refusal struct {
				Code    string `xml:"Error>Code"`
				Message string `xml:"Error>Message"`
				Type    string `xml:"Error>Type"`
			}
			if err := xml.Unmarshal([]byte(answer), &refusal); err != nil {
				t.Fatal(err)
			}
			if status != c.status || refusal.Code != c.code || refusal.Type != "Sender" || !strings.Contains(refusal.Message, c.says) {
				t.Errorf("%d %s, want %d %s about %s", status, answer, c.status, c.code, c.says)
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut off") }

func TestAnotherErrorIsAnInternalOne(t *testing.T) {
	w := httptest.NewRecorder()
	newBench(t).engine.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", broken{}))
	want := `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Receiver</Type><Code>InternalError</Code><Message>read request: cut off</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`
	if w.Code != 500 || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzFormsAreAnsweredOrRefused(f *testing.F) {
	f.Add(form("Action", "Publish", "TopicArn", topicARN, "Message", "x", "MessageAttributes.entry.1.Name", "a",
		"MessageAttributes.entry.1.Value.DataType", "Number", "MessageAttributes.entry.1.Value.StringValue", "1e3"))
	f.Add(form("Action", "PublishBatch", "TopicArn", topicARN, "PublishBatchRequestEntries.member.2.Id", "a", "PublishBatchRequestEntries.member.2.Message", "x"))
	f.Add(form("Action", "Subscribe", "TopicArn", topicARN, "Protocol", "sqs", "Endpoint", deadARN, "Attributes.entry.1.key", "FilterPolicy", "Attributes.entry.1.value", `{"$or":[{"a":[1]},{"b":[2]}]}`))
	f.Add(form("Action", "SetSubscriptionAttributes", "SubscriptionArn", topicARN+":id-1", "AttributeName", "FilterPolicy", "AttributeValue", `{"a":[{"anything-but":["x"]}]}`))
	f.Add(form("Action", "ListSubscriptions", "NextToken", "a:b:c"))
	f.Add("Action=CreateTopic&Attributes=&Name=x&Version=2010-03-31")
	f.Fuzz(func(t *testing.T, form string) {
		b := newBench(t)
		b.subscribe(sns.SQS, queueARN, sns.Settings{FilterPolicy: `{"a":[1000]}`})
		status, answer := b.post(form)
		if status >= 500 {
			t.Errorf("%d %s", status, answer)
		}
		for d := xml.NewDecoder(strings.NewReader(answer)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", answer, err)
			}
		}
		b.pass(0)
	})
}
