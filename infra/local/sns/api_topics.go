package sns

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"slipway/infra/local/store"
)

// pageSize is how many topics or subscriptions a list has at once, per the SNS API reference.
const pageSize = 100

// members are the items of a list in an answer.
type members[T any] struct {
	Member []T `xml:"member"`
}

// attributes are the entries of a map in an answer.
type attributes struct {
	Entry []shownEntry `xml:"entry"`
}

type shownEntry struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

func showAttributes(values map[string]string) attributes {
	var shown attributes
	for _, name := range slices.Sorted(maps.Keys(values)) {
		shown.Entry = append(shown.Entry, shownEntry{name, values[name]})
	}
	return shown
}

// An entry is one attribute in a request.
type entry struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type createTopicInput struct {
	Name       string
	Attributes list[entry]
}

type createTopicOutput struct {
	TopicARN string `xml:"TopicArn"`
}

// createTopic makes a topic, or finds one of that name that doesn't differ in what
// the request says.
func (e *Engine) createTopic(in createTopicInput) (any, error) {
	asked := TopicSpec{Name: in.Name}
	for _, a := range in.Attributes {
		if err := asked.set(a.Key, a.Value); err != nil {
			return nil, err
		}
	}
	if err := asked.check(); err != nil {
		return nil, err
	}
	err := e.Store.Update(func(tx store.Tx) error {
		was, err := store.GetJSON[TopicSpec](tx, topicsTable, []byte(in.Name))
		if err != nil {
			return err
		}
		if was == nil {
			return store.PutJSON(tx, topicsTable, []byte(in.Name), asked)
		}
		same := *was
		for _, a := range in.Attributes {
			if err := same.set(a.Key, a.Value); err != nil {
				return err
			}
		}
		if same != *was {
			return invalidParameter("Attributes Reason: Topic already exists with different attributes")
		}
		return nil
	})
	return createTopicOutput{e.ARN(in.Name)}, err
}

type topicInput struct{ TopicArn string }

func (e *Engine) deleteTopic(in topicInput) (any, error) {
	if err := checkARN("TopicArn", in.TopicArn); err != nil {
		return nil, err
	}
	name, ours := strings.CutPrefix(in.TopicArn, e.ARN(""))
	if !ours {
		return nil, notFound("Topic")
	}
	return nil, e.Store.Update(func(tx store.Tx) error { return remove(tx, name) })
}

type attributesOutput struct{ Attributes attributes }

func (e *Engine) getTopicAttributes(in topicInput) (any, error) {
	var shown map[string]string
	err := e.Store.View(func(tx store.Tx) error {
		t, err := e.topic(tx, in.TopicArn)
		if err != nil {
			return err
		}
		shown, err = e.topicAttributes(tx, t)
		return err
	})
	return attributesOutput{showAttributes(shown)}, err
}

// topicAttributes returns every attribute of t that the engine knows.
func (e *Engine) topicAttributes(tx store.Tx, t *TopicSpec) (map[string]string, error) {
	pending, confirmed := 0, 0
	for s, err := range subscriptions(tx, prefix(t.Name), nil) {
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", t.Name, err)
		}
		if s.pending() {
			pending++
		} else {
			confirmed++
		}
	}
	shown := map[string]string{
		"TopicArn":               e.ARN(t.Name),
		"Owner":                  e.Account,
		"DisplayName":            t.DisplayName,
		"SubscriptionsPending":   strconv.Itoa(pending),
		"SubscriptionsConfirmed": strconv.Itoa(confirmed),
		"SubscriptionsDeleted":   "0",
	}
	if t.KMSKeyID != "" {
		shown["KmsMasterKeyId"] = t.KMSKeyID
	}
	return shown, nil
}

type setTopicAttributesInput struct {
	TopicArn       string
	AttributeName  string
	AttributeValue string
}

func (e *Engine) setTopicAttributes(in setTopicAttributesInput) (any, error) {
	return nil, e.Store.Update(func(tx store.Tx) error {
		t, err := e.topic(tx, in.TopicArn)
		if err != nil {
			return err
		}
		if err := t.set(in.AttributeName, in.AttributeValue); err != nil {
			return err
		}
		if err := t.check(); err != nil {
			return err
		}
		return store.PutJSON(tx, topicsTable, []byte(t.Name), t)
	})
}

type listTopicsInput struct{ NextToken string }

type listTopicsOutput struct {
	Topics    members[createTopicOutput]
	NextToken string `xml:",omitempty"`
}

// listTopics pages by name: the token is the name that the next page starts with.
func (e *Engine) listTopics(in listTopicsInput) (any, error) {
	var out listTopicsOutput
	err := e.Store.View(func(tx store.Tx) error {
		for key := range tx.Scan(topicsTable, []byte(in.NextToken)) {
			if len(out.Topics.Member) == pageSize {
				out.NextToken = string(key)
				break
			}
			out.Topics.Member = append(out.Topics.Member, createTopicOutput{e.ARN(string(key))})
		}
		return nil
	})
	return out, err
}
