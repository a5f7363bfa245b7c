package sns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slipway/infra/local/store"
)

// The protocols that are known here.
const (
	SQS       = "sqs"
	Lambda    = "lambda"
	Email     = "email"
	EmailJSON = "email-json"
)

// foreignProtocols are those that SNS knows besides, per the Subscribe reference.
var foreignProtocols = []string{"http", "https", "sms", "application", "firehose"}

var mailAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// A SubscriptionSpec describes a subscription: who gets the messages of a topic.
type SubscriptionSpec struct {
	Topic    string // ARN
	Protocol string // SQS, Lambda, Email or EmailJSON
	Endpoint string // ARN of the queue or function, or the mail address
	Settings
}

// A subscription is a SubscriptionSpec as the store holds it.
type subscription struct {
	ID string
	SubscriptionSpec
}

// ARN returns what the service calls s by.
func (s subscription) ARN() string { return s.Topic + ":" + s.ID }

func (s subscription) topicName() string { return s.Topic[strings.LastIndex(s.Topic, ":")+1:] }

// pending tells whether the owner of the endpoint has yet to agree, which nobody does here.
func (s subscription) pending() bool { return s.Protocol == Email || s.Protocol == EmailJSON }

// Subscribe makes the subscription of spec, or gives the subscription of that
// endpoint to that topic the settings of spec. It returns its ARN.
func (e *Engine) Subscribe(spec SubscriptionSpec) (arn string, err error) {
	if err := spec.check(); err != nil {
		return "", fmt.Errorf("subscribe %s to %s: %w", spec.Endpoint, spec.Topic, err)
	}
	err = e.Store.Update(func(tx store.Tx) error {
		s, err := e.subscribed(tx, spec)
		if err != nil {
			return err
		}
		if s == nil {
			s = &subscription{ID: e.NewID()}
		}
		s.SubscriptionSpec = spec
		arn = s.ARN()
		return s.save(tx)
	})
	return arn, err
}

// check returns what SNS says of s where it would refuse it.
func (s SubscriptionSpec) check() error {
	if err := s.checkEndpoint(); err != nil {
		return err
	}
	if err := s.Settings.check(s.Protocol); err != nil {
		return invalidParameter("Attributes Reason: %v", err)
	}
	return nil
}

func (s SubscriptionSpec) checkEndpoint() error {
	switch {
	case slices.Contains(foreignProtocols, s.Protocol):
		return invalidParameter("Protocol Reason: the protocol %q is not supported; use sqs, lambda, email or email-json", s.Protocol)
	case !slices.Contains([]string{SQS, Lambda, Email, EmailJSON}, s.Protocol):
		return invalidParameter("Does not support this protocol string: %s", s.Protocol)
	case s.Endpoint == "":
		return invalidParameter("Endpoint")
	case s.Protocol == SQS && !isQueue(s.Endpoint):
		return invalidParameter("SQS endpoint ARN")
	case s.Protocol == SQS && strings.HasSuffix(s.Endpoint, ".fifo"):
		return invalidParameter("Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics")
	case s.Protocol == Lambda && !strings.HasPrefix(s.Endpoint, "arn:aws:lambda:"):
		return invalidParameter("Lambda endpoint ARN")
	case (s.Protocol == Email || s.Protocol == EmailJSON) && !mailAddress.MatchString(s.Endpoint):
		return invalidParameter("Email address")
	}
	return nil
}

func isQueue(arn string) bool { return strings.HasPrefix(arn, "arn:aws:sqs:") }

// subscribed returns the subscription of spec's endpoint to spec's topic, or nil
// when there is none. The topic must exist.
func (e *Engine) subscribed(tx store.Tx, spec SubscriptionSpec) (*subscription, error) {
	t, err := e.topic(tx, spec.Topic)
	if err != nil {
		return nil, err
	}
	for s, err := range subscriptions(tx, prefix(t.Name), nil) {
		if err != nil || (s.Protocol == spec.Protocol && s.Endpoint == spec.Endpoint) {
			return s, err
		}
	}
	return nil, nil
}

// subscription returns the subscription with the given ARN, or nil when there is none.
func (e *Engine) subscription(tx store.Tx, arn string) (*subscription, error) {
	if err := checkARN("SubscriptionArn", arn); err != nil {
		return nil, err
	}
	tail, ours := strings.CutPrefix(arn, e.ARN(""))
	topic, id, whole := strings.Cut(tail, ":")
	if !ours || !whole {
		return nil, nil
	}
	return store.GetJSON[subscription](tx, subscriptionsTable, subscriptionKey(topic, id))
}

func (s subscription) save(tx store.Tx) error {
	return store.PutJSON(tx, subscriptionsTable, subscriptionKey(s.topicName(), s.ID), s)
}
