package sns

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway/infra/local/store"
)

// The limits of a message, per the SNS Publish reference.
const (
	maxMessageBytes = 256 << 10 // body and attributes together; also all messages of one batch
	maxSubject      = 100       // characters
)

// A Message is what is published to a topic.
type Message struct {
	Subject string // may be empty
	Body    string
	// PerProtocol says that the body is a JSON object that has the message for each
	// protocol under its name, and one for all others under "default".
	PerProtocol bool
	Attributes  map[string]Attribute
}

// Publish publishes m to the topic with the given ARN, in tx, and returns the id
// of the message. It is queued in tx for every subscription that wants it and
// delivered after the commit.
func (e *Engine) Publish(tx store.Tx, topicARN string, m Message) (id string, err error) {
	texts, err := m.check()
	if err != nil {
		return "", err
	}
	t, err := e.topic(tx, topicARN)
	if err != nil {
		return "", err
	}
	id = e.NewID()
	for s, err := range subscriptions(tx, prefix(t.Name), nil) {
		if err == nil {
			err = e.offer(tx, *s, id, m, texts)
		}
		if err != nil {
			return "", fmt.Errorf("publish to topic %s: %w", t.Name, err)
		}
	}
	return id, nil
}

// offer queues m for s, if s wants it.
func (e *Engine) offer(tx store.Tx, s subscription, id string, m Message, texts map[string]string) error {
	wants, err := s.filter()
	if err != nil {
		return fmt.Errorf("subscription %s: filter policy: %w", s.ID, err)
	}
	if text, ok := texts[s.Protocol]; ok {
		m.Body = text
	} else if m.PerProtocol {
		m.Body = texts["default"]
	}
	if wanted, err := wants(m); err != nil || !wanted {
		return err
	}
	if s.RawMessageDelivery {
		if err := m.checkRaw(s); err != nil {
			return err
		}
	}
	return e.queue(tx, s, notification{ID: id, Subject: m.Subject, Body: m.Body, Attributes: m.Attributes, Published: e.Clock.Now()})
}

// check returns what SNS says of m where it would refuse it, or else the texts by
// protocol that m has.
func (m Message) check() (texts map[string]string, err error) {
	switch {
	case m.Body == "":
		return nil, invalidParameter("Empty message")
	case m.size() > maxMessageBytes:
		return nil, invalidParameter("Message too long")
	case !utf8.ValidString(m.Body):
		return nil, invalidParameter("Message Reason: it must be UTF-8")
	case m.Subject != "" && !isSubject(m.Subject):
		return nil, invalidParameter("Subject")
	}
	if err := checkAttributes(m.Attributes); err != nil || !m.PerProtocol {
		return nil, err
	}
	return m.texts()
}

// isSubject tells whether subject is text without line breaks and control
// characters that begins with a letter, a number or a punctuation mark.
func isSubject(subject string) bool {
	first, _ := utf8.DecodeRuneInString(subject)
	return utf8.ValidString(subject) && utf8.RuneCountInString(subject) <= maxSubject &&
		!unicode.IsSpace(first) && !strings.ContainsFunc(subject, unicode.IsControl)
}

// texts returns the texts of a message per protocol; what is no text is ignored,
// per the SNS Publish reference.
func (m Message) texts() (map[string]string, error) {
	var members map[string]any
	if err := json.Unmarshal([]byte(m.Body), &members); err != nil {
		return nil, invalidParameter("Message Structure - JSON message body failed to parse")
	}
	texts := map[string]string{}
	for name, member := range members {
		if text, ok := member.(string); ok {
			texts[name] = text
		}
	}
	if _, ok := texts["default"]; !ok {
		return nil, invalidParameter("Message Structure - No default entry in JSON message body")
	}
	return texts, nil
}

// checkRaw refuses what a queue would lose: [Config.Send] knows attributes of type String only.
func (m Message) checkRaw(s subscription) error {
	for name, a := range m.Attributes {
		if a.DataType != "String" {
			return invalidParameter("MessageAttributes Reason: the attribute '%s' of type %s can't be delivered raw to %s: "+
				"raw message delivery knows attributes of type String only", name, a.DataType, s.Endpoint)
		}
	}
	return nil
}

// size returns what counts against [maxMessageBytes].
func (m Message) size() int {
	size := len(m.Body)
	for name, a := range m.Attributes {
		size += len(name) + len(a.DataType) + len(a.value())
	}
	return size
}
