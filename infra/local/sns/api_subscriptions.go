package sns

import (
	"maps"
	"strconv"
	"strings"

	"slipway/infra/local/store"
)

type subscribeInput struct {
	TopicArn              string
	Protocol              string
	Endpoint              string
	Attributes            list[entry]
	ReturnSubscriptionArn string
}

type subscribeOutput struct {
	SubscriptionARN string `xml:"SubscriptionArn"`
}

// subscribe makes a subscription, or finds one of that endpoint that doesn't differ
// in what the request says.
func (e *Engine) subscribe(in subscribeInput) (any, error) {
	asked := SubscriptionSpec{Topic: in.TopicArn, Protocol: in.Protocol, Endpoint: in.Endpoint}
	if err := asked.setAll(in.Attributes); err != nil {
		return nil, err
	}
	if err := asked.check(); err != nil {
		return nil, err
	}
	var made subscription
	err := e.Store.Update(func(tx store.Tx) error {
		was, err := e.subscribed(tx, asked)
		if err != nil {
			return err
		}
		if was == nil {
			made = subscription{e.NewID(), asked}
			return made.save(tx)
		}
		made = *was
		if err := made.setAll(in.Attributes); err != nil {
			return err
		}
		if made != *was {
			return invalidParameter("Attributes Reason: Subscription already exists with different attributes")
		}
		return nil
	})
	if made.pending() && in.ReturnSubscriptionArn != "true" {
		return subscribeOutput{"pending confirmation"}, err
	}
	return subscribeOutput{made.ARN()}, err
}

// setAll gives s the attributes of a request.
func (s *SubscriptionSpec) setAll(attributes []entry) error {
	for _, a := range attributes {
		if err := s.set(a.Key, a.Value); err != nil {
			return invalidParameter("Attributes Reason: %v", err)
		}
	}
	return nil
}

type subscriptionInput struct{ SubscriptionArn string }

// unsubscribe ends a subscription; one that isn't there has ended already.
func (e *Engine) unsubscribe(in subscriptionInput) (any, error) {
	return nil, e.Store.Update(func(tx store.Tx) error {
		s, err := e.subscription(tx, in.SubscriptionArn)
		if err == nil && s != nil {
			tx.Delete(subscriptionsTable, subscriptionKey(s.topicName(), s.ID))
		}
		return err
	})
}

func (e *Engine) getSubscriptionAttributes(in subscriptionInput) (any, error) {
	var shown map[string]string
	err := e.Store.View(func(tx store.Tx) error {
		s, err := e.subscription(tx, in.SubscriptionArn)
		if err == nil && s == nil {
			err = notFound("Subscription")
		}
		if err != nil {
			return err
		}
		if shown, err = s.attributes(); err != nil {
			return err
		}
		maps.Copy(shown, map[string]string{"SubscriptionArn": s.ARN(), "TopicArn": s.Topic, "Protocol": s.Protocol, "Endpoint": s.Endpoint,
			"Owner": e.Account, "PendingConfirmation": strconv.FormatBool(s.pending()), "ConfirmationWasAuthenticated": strconv.FormatBool(!s.pending())})
		return nil
	})
	return attributesOutput{showAttributes(shown)}, err
}

type setSubscriptionAttributesInput struct {
	SubscriptionArn string
	AttributeName   string
	AttributeValue  string
}

func (e *Engine) setSubscriptionAttributes(in setSubscriptionAttributesInput) (any, error) {
	return nil, e.Store.Update(func(tx store.Tx) error {
		s, err := e.subscription(tx, in.SubscriptionArn)
		if err == nil && s == nil {
			err = notFound("Subscription")
		}
		if err != nil {
			return err
		}
		if err := s.set(in.AttributeName, in.AttributeValue); err != nil {
			return invalidParameter("%v", err)
		}
		if err := s.Settings.check(s.Protocol); err != nil {
			return invalidParameter("%v", err)
		}
		return s.save(tx)
	})
}

type shownSubscription struct {
	SubscriptionARN string `xml:"SubscriptionArn"`
	Owner           string
	Protocol        string
	Endpoint        string
	TopicARN        string `xml:"TopicArn"`
}

func (e *Engine) show(s *subscription) shownSubscription {
	shown := shownSubscription{s.ARN(), e.Account, s.Protocol, s.Endpoint, s.Topic}
	if s.pending() {
		shown.SubscriptionARN = "PendingConfirmation"
	}
	return shown
}

type listSubscriptionsInput struct{ NextToken string }

type listSubscriptionsOutput struct {
	Subscriptions members[shownSubscription]
	NextToken     string `xml:",omitempty"`
}

func (e *Engine) listSubscriptions(in listSubscriptionsInput) (any, error) {
	var out listSubscriptionsOutput
	err := e.Store.View(func(tx store.Tx) (err error) {
		out, err = e.page(tx, nil, in.NextToken)
		return err
	})
	return out, err
}

type listSubscriptionsByTopicInput struct {
	TopicArn  string
	NextToken string
}

func (e *Engine) listSubscriptionsByTopic(in listSubscriptionsByTopicInput) (any, error) {
	var out listSubscriptionsOutput
	err := e.Store.View(func(tx store.Tx) error {
		t, err := e.topic(tx, in.TopicArn)
		if err != nil {
			return err
		}
		out, err = e.page(tx, prefix(t.Name), in.NextToken)
		return err
	})
	return out, err
}

// page lists subscriptions whose keys begin with mine. The token is the key that
// the page starts with, with a colon in place of its zero byte.
func (e *Engine) page(tx store.Tx, mine []byte, token string) (out listSubscriptionsOutput, err error) {
	for s, err := range subscriptions(tx, mine, []byte(strings.Replace(token, ":", "\x00", 1))) {
		if err != nil {
			return out, err
		}
		if len(out.Subscriptions.Member) == pageSize {
			out.NextToken = s.topicName() + ":" + s.ID
			break
		}
		out.Subscriptions.Member = append(out.Subscriptions.Member, e.show(s))
	}
	return out, nil
}
