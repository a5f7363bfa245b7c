package sns

import (
	"cmp"
	"encoding/base64"
	"regexp"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

const maxEntries = 10

var entryID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// An outgoing is a message as requests have it.
type outgoing struct {
	Message           string
	Subject           *string
	MessageStructure  string
	MessageAttributes list[messageAttribute]
}

type messageAttribute struct {
	Name  string
	Value struct{ DataType, StringValue, BinaryValue string }
}

// message returns the message that o says.
func (o outgoing) message() (Message, error) {
	m := Message{Body: o.Message, Attributes: map[string]Attribute{}, PerProtocol: o.MessageStructure == "json"}
	if o.MessageStructure != "" && !m.PerProtocol {
		return m, invalidParameter("Invalid message structure. Must be json")
	}
	if o.Subject != nil {
		if m.Subject = *o.Subject; m.Subject == "" {
			return m, invalidParameter("Subject")
		}
	}
	for _, a := range o.MessageAttributes {
		value, err := base64.StdEncoding.DecodeString(a.Value.BinaryValue)
		if err != nil {
			return m, invalidValue("The message attribute '%s' has a binary value that is not in base64.", a.Name)
		}
		if _, twice := m.Attributes[a.Name]; twice {
			return m, invalidValue("The message attribute '%s' is given twice.", a.Name)
		}
		m.Attributes[a.Name] = Attribute{a.Value.DataType, a.Value.StringValue, value}
	}
	return m, nil
}

type publishInput struct {
	TopicArn  string
	TargetArn string
	outgoing
}

type publishOutput struct {
	MessageID string `xml:"MessageId"`
}

// publish also takes the topic as the target, as SNS does.
func (e *Engine) publish(in publishInput) (any, error) {
	m, err := in.message()
	if err != nil {
		return nil, err
	}
	if in.TopicArn != "" && in.TargetArn != "" {
		return nil, invalidParameter("TopicArn or TargetArn Reason: only one of them must be given")
	}
	var out publishOutput
	err = e.Store.Update(func(tx store.Tx) (err error) {
		out.MessageID, err = e.Publish(tx, cmp.Or(in.TopicArn, in.TargetArn), m)
		return err
	})
	return out, err
}

type batchEntry struct {
	Id string
	outgoing
}

type publishBatchInput struct {
	TopicArn                   string
	PublishBatchRequestEntries list[batchEntry]
}

type publishedEntry struct {
	Id        string
	MessageID string `xml:"MessageId"`
}

// publishBatchOutput has no entry that failed: SNS refuses a batch as a whole.
type publishBatchOutput struct {
	Failed     members[struct{}]
	Successful members[publishedEntry]
}

func (e *Engine) publishBatch(in publishBatchInput) (any, error) {
	messages, err := in.messages()
	if err != nil {
		return nil, err
	}
	var out publishBatchOutput
	err = e.Store.Update(func(tx store.Tx) error {
		for i, m := range messages {
			id, err := e.Publish(tx, in.TopicArn, m)
			if err != nil {
				return err
			}
			out.Successful.Member = append(out.Successful.Member, publishedEntry{in.PublishBatchRequestEntries[i].Id, id})
		}
		return nil
	})
	return out, err
}

// messages returns the messages of a batch, or the refusal of the whole.
func (in publishBatchInput) messages() ([]Message, error) {
	entries := in.PublishBatchRequestEntries
	if len(entries) == 0 {
		return nil, awsjson.Errorf("EmptyBatchRequest", "The batch request doesn't contain any entries.")
	}
	if len(entries) > maxEntries {
		return nil, awsjson.Errorf("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
	}
	var messages []Message
	seen, size := map[string]bool{}, 0
	for _, entry := range entries {
		switch {
		case !entryID.MatchString(entry.Id):
			return nil, awsjson.Errorf("InvalidBatchEntryId", "The Id of a batch entry in a batch request doesn't abide by the specification.")
		case seen[entry.Id]:
			return nil, awsjson.Errorf("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
		}
		seen[entry.Id] = true
		m, err := entry.message()
		if err != nil {
			return nil, err
		}
		messages, size = append(messages, m), size+m.size()
	}
	if size > maxMessageBytes {
		return nil, awsjson.Errorf("BatchRequestTooLong", "The length of all the batch messages put together is more than the limit.")
	}
	return messages, nil
}
