package sns

import (
	"time"

	"slipway/infra/local/awsjson"
)

// timestampLayout is the form of times in messages.
const timestampLayout = "2006-01-02T15:04:05.000Z"

// A notification is a message as the store holds it on its way to one subscription.
type notification struct {
	ID         string
	Subject    string `json:",omitempty"`
	Body       string // for the protocol of the subscription
	Attributes map[string]Attribute
	Published  time.Time
}

// An envelope is what a subscriber gets, per "Amazon SNS message and JSON formats".
// Nothing is signed here: the signature and its certificate are empty.
type envelope struct {
	Type              string
	MessageID         string `json:"MessageId"`
	TopicARN          string `json:"TopicArn"`
	Subject           string `json:",omitempty"`
	Message           string
	Timestamp         string
	SignatureVersion  string
	Signature         string
	SigningCertURL    string
	UnsubscribeURL    string
	MessageAttributes map[string]shownAttribute `json:",omitempty"`
}

// A shownAttribute is a message attribute as subscribers see it; a binary value is
// in base64.
type shownAttribute struct {
	Type  string
	Value any // a string or bytes, which JSON shows in base64
}

func (n notification) shownAttributes() map[string]shownAttribute {
	shown := map[string]shownAttribute{}
	for name, a := range n.Attributes {
		shown[name] = shownAttribute{a.DataType, a.StringValue}
		if a.binary() {
			shown[name] = shownAttribute{a.DataType, a.BinaryValue}
		}
	}
	return shown
}

func (e *Engine) envelope(s subscription, n notification) ([]byte, error) {
	return awsjson.Encode(envelope{Type: "Notification", MessageID: n.ID, TopicARN: s.Topic, Subject: n.Subject, Message: n.Body,
		Timestamp: n.timestamp(), SignatureVersion: "1", UnsubscribeURL: e.unsubscribeURL(s), MessageAttributes: n.shownAttributes()})
}

func (n notification) timestamp() string { return n.Published.UTC().Format(timestampLayout) }

func (e *Engine) unsubscribeURL(s subscription) string {
	return e.BaseURL() + "/?Action=Unsubscribe&SubscriptionArn=" + s.ARN()
}

// A functionEvent is what a function gets, per "Invoking Lambda functions with
// Amazon SNS notifications". It spells some names in its own way.
type functionEvent struct{ Records []functionRecord }

type functionRecord struct {
	EventVersion         string
	EventSubscriptionARN string `json:"EventSubscriptionArn"`
	EventSource          string
	Sns                  functionMessage
}

type functionMessage struct {
	SignatureVersion  string
	Timestamp         string
	Signature         string
	SigningCertURL    string `json:"SigningCertUrl"`
	MessageID         string `json:"MessageId"`
	Message           string
	MessageAttributes map[string]shownAttribute
	Type              string
	UnsubscribeURL    string `json:"UnsubscribeUrl"`
	TopicARN          string `json:"TopicArn"`
	Subject           *string
}

func (e *Engine) functionEvent(s subscription, n notification) ([]byte, error) {
	message := functionMessage{SignatureVersion: "1", Timestamp: n.timestamp(), MessageID: n.ID, Message: n.Body,
		MessageAttributes: n.shownAttributes(), Type: "Notification", UnsubscribeURL: e.unsubscribeURL(s), TopicARN: s.Topic}
	if n.Subject != "" {
		message.Subject = &n.Subject
	}
	return awsjson.Encode(functionEvent{[]functionRecord{{EventVersion: "1.0", EventSubscriptionARN: s.ARN(), EventSource: "aws:sns", Sns: message}}})
}
