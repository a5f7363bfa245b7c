package sns

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"slipway/infra/local/store"
)

// maxDisplayName is the most characters of a display name, per the SNS CreateTopic reference.
const maxDisplayName = 100

var topicName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// A TopicSpec describes a standard topic.
type TopicSpec struct {
	Name string
	// DisplayName is who mail comes from, at most 100 characters.
	DisplayName string
	// KMSKeyID names the key that encrypts messages on AWS; it has no effect here.
	KMSKeyID string
}

// Create makes the topic of spec, or gives an existing topic of that name the
// settings of spec and leaves its subscriptions alone.
func (e *Engine) Create(spec TopicSpec) error {
	if err := spec.check(); err != nil {
		return fmt.Errorf("topic %s: %w", spec.Name, err)
	}
	return e.Store.Update(func(tx store.Tx) error {
		return store.PutJSON(tx, topicsTable, []byte(spec.Name), spec)
	})
}

// check returns what SNS says of s where it would refuse it.
func (s TopicSpec) check() error {
	switch {
	case strings.HasSuffix(s.Name, ".fifo"):
		return fifoNotSupported()
	case !topicName.MatchString(s.Name):
		return invalidParameter("Topic Name")
	case utf8.RuneCountInString(s.DisplayName) > maxDisplayName:
		return invalidParameter("Attributes Reason: DisplayName must be at most %d characters long", maxDisplayName)
	}
	return nil
}

func fifoNotSupported() error {
	return invalidParameter("Topic Name Reason: FIFO topics are not supported; use a standard topic, whose name does not end in .fifo")
}

// set gives s the attribute of the CreateTopic and SetTopicAttributes references.
func (s *TopicSpec) set(name, value string) error {
	switch name {
	case "DisplayName":
		s.DisplayName = value
	case "KmsMasterKeyId":
		s.KMSKeyID = value
	case "FifoTopic":
		if value != "false" {
			return fifoNotSupported()
		}
	default:
		return invalidParameter("Attributes Reason: the topic attribute %q is not supported; known are DisplayName and KmsMasterKeyId", name)
	}
	return nil
}

// topic returns the topic with the given ARN.
func (e *Engine) topic(tx store.Tx, arn string) (*TopicSpec, error) {
	if err := checkARN("TopicArn", arn); err != nil {
		return nil, err
	}
	name, ours := strings.CutPrefix(arn, e.ARN(""))
	t, err := store.GetJSON[TopicSpec](tx, topicsTable, []byte(name))
	if err == nil && (t == nil || !ours) {
		err = notFound("Topic")
	}
	if err != nil {
		return nil, fmt.Errorf("topic %s: %w", arn, err)
	}
	return t, nil
}

// remove deletes the topic called name, if there is one, with its subscriptions.
// What is on its way to them still arrives.
func remove(tx store.Tx, name string) error {
	var keys [][]byte
	for s, err := range subscriptions(tx, prefix(name), nil) {
		if err != nil {
			return fmt.Errorf("remove topic %s: %w", name, err)
		}
		keys = append(keys, subscriptionKey(name, s.ID))
	}
	for _, key := range keys {
		tx.Delete(subscriptionsTable, key)
	}
	tx.Delete(topicsTable, []byte(name))
	return nil
}
