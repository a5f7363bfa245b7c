package sqs

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type outgoing struct {
	MessageBody       string
	MessageAttributes map[string]attribute
	DelaySeconds      int
}

func (o outgoing) message(r *http.Request, e *Engine) message {
	return message{Body: o.MessageBody, Attributes: o.MessageAttributes, Sender: cmp.Or(awsjson.Caller(r), e.Account)}
}

func (o outgoing) delay() time.Duration { return time.Duration(o.DelaySeconds) * time.Second }

type sendMessageInput struct {
	QueueUrl string
	outgoing
}

type sendMessageOutput struct {
	MessageId              string
	MD5OfMessageBody       string
	MD5OfMessageAttributes string `json:",omitempty"`
}

func sent(m message) sendMessageOutput {
	return sendMessageOutput{m.ID, md5Of(m.Body), md5OfAttributes(m.Attributes)}
}

func (e *Engine) sendMessage(r *http.Request, in sendMessageInput) (any, error) {
	var out sendMessageOutput
	err := e.change(in.QueueUrl, func(tx store.Tx, q queue) error {
		m, err := e.send(tx, q, in.message(r, e), in.delay())
		out = sent(m)
		return err
	})
	return out, err
}

type receiveMessageInput struct {
	QueueUrl                    string
	MaxNumberOfMessages         *int
	VisibilityTimeout           *int
	WaitTimeSeconds             int
	AttributeNames              []string // the older name of the next one
	MessageSystemAttributeNames []string
	MessageAttributeNames       []string
}

type receivedMessage struct {
	MessageId              string
	ReceiptHandle          string
	Body                   string
	MD5OfBody              string
	MD5OfMessageAttributes string               `json:",omitempty"`
	Attributes             map[string]string    `json:",omitempty"`
	MessageAttributes      map[string]attribute `json:",omitempty"`
}

func (e *Engine) receiveMessage(r *http.Request, in receiveMessageInput) (any, error) {
	name, err := e.queueOfURL(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	limit, err := within("MaxNumberOfMessages", in.MaxNumberOfMessages, 1, 1, 10)
	if err != nil {
		return nil, err
	}
	wait, err := within("WaitTimeSeconds", &in.WaitTimeSeconds, 0, 0, 20)
	if err != nil {
		return nil, err
	}
	var hide *time.Duration
	if in.VisibilityTimeout != nil {
		seconds, err := within("VisibilityTimeout", in.VisibilityTimeout, 0, 0, int(maxVisibility.Seconds()))
		if err != nil {
			return nil, err
		}
		hide = new(time.Duration(seconds) * time.Second)
	}
	received, err := e.await(r.Context(), name, limit, hide, time.Duration(wait)*time.Second)
	if err != nil {
		return nil, err
	}
	var out struct {
		Messages []receivedMessage `json:",omitempty"`
	}
	for _, m := range received {
		out.Messages = append(out.Messages, in.show(name, m))
	}
	return out, nil
}

// show returns m with the attributes that the request names.
func (in receiveMessageInput) show(queue string, m message) receivedMessage {
	shown := receivedMessage{MessageId: m.ID, ReceiptHandle: m.handle(queue), Body: m.Body, MD5OfBody: md5Of(m.Body),
		Attributes: map[string]string{}, MessageAttributes: map[string]attribute{}}
	wanted := append(in.AttributeNames, in.MessageSystemAttributeNames...)
	for name, value := range m.systemAttributes() {
		if names(wanted, name) {
			shown.Attributes[name] = value
		}
	}
	for name, value := range m.Attributes {
		if names(in.MessageAttributeNames, name) {
			shown.MessageAttributes[name] = value
		}
	}
	shown.MD5OfMessageAttributes = md5OfAttributes(shown.MessageAttributes)
	return shown
}

// names tells whether wanted covers name: by itself, by "All", or by a prefix such as "order.*".
func names(wanted []string, name string) bool {
	for _, w := range wanted {
		prefix, open := strings.CutSuffix(w, ".*")
		if w == "All" || w == name || (open && strings.HasPrefix(name, prefix)) {
			return true
		}
	}
	return false
}

func (m message) systemAttributes() map[string]string {
	attributes := map[string]string{
		"SenderId":                         m.Sender,
		"SentTimestamp":                    milliseconds(m.Sent),
		"ApproximateReceiveCount":          strconv.Itoa(m.Receives),
		"ApproximateFirstReceiveTimestamp": milliseconds(m.Received),
	}
	if m.Source != "" {
		attributes["DeadLetterQueueSourceArn"] = m.Source
	}
	return attributes
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

type deleteMessageInput struct {
	QueueUrl      string
	ReceiptHandle string
}

func (e *Engine) deleteMessage(in deleteMessageInput) (any, error) {
	err := e.change(in.QueueUrl, func(tx store.Tx, q queue) error { return e.delete(tx, q, in.ReceiptHandle) })
	return struct{}{}, err
}

type changeMessageVisibilityInput struct {
	QueueUrl          string
	ReceiptHandle     string
	VisibilityTimeout int
}

func (e *Engine) changeMessageVisibility(in changeMessageVisibilityInput) (any, error) {
	err := e.change(in.QueueUrl, func(tx store.Tx, q queue) error {
		return e.changeVisibility(tx, q, in.ReceiptHandle, time.Duration(in.VisibilityTimeout)*time.Second)
	})
	return struct{}{}, err
}

// within returns *value, or preset when there is none, if it lies between low and high.
func within(parameter string, value *int, preset, low, high int) (int, error) {
	if value == nil {
		return preset, nil
	}
	if *value < low || *value > high {
		return 0, invalidValue("Value %d for parameter %s is invalid. Reason: Must be between %d and %d, if provided.", *value, parameter, low, high)
	}
	return *value, nil
}

// change runs f on the queue at url in a transaction of its own.
func (e *Engine) change(url string, f func(store.Tx, queue) error) error {
	name, err := e.queueOfURL(url)
	if err != nil {
		return err
	}
	return e.Store.Update(func(tx store.Tx) error {
		q, err := e.queue(tx, name)
		if err != nil {
			return err
		}
		return f(tx, q)
	})
}
