package sns

import (
	"fmt"
	"strings"

	"slipway/infra/local/awsjson"
)

// What a filter policy looks at.
const (
	MessageAttributes = "MessageAttributes"
	MessageBody       = "MessageBody"
)

// Settings are the attributes of a subscription.
type Settings struct {
	// RawMessageDelivery sends a queue the message alone, without the envelope.
	RawMessageDelivery bool
	// FilterPolicy is the policy as JSON that a message must match; empty for all messages.
	FilterPolicy string
	// FilterPolicyScope is MessageAttributes or MessageBody; empty means MessageAttributes.
	FilterPolicyScope string
	// DeadLetter is the ARN of the queue that gets what couldn't be delivered; empty for none.
	DeadLetter string
}

// redrivePolicy is the attribute RedrivePolicy.
type redrivePolicy struct {
	DeadLetterTargetArn string `json:"deadLetterTargetArn"`
}

// set gives s the attribute of the Subscribe and SetSubscriptionAttributes references.
func (s *Settings) set(name, value string) error {
	switch name {
	case "RawMessageDelivery":
		s.RawMessageDelivery = strings.EqualFold(value, "true")
		if !s.RawMessageDelivery && !strings.EqualFold(value, "false") {
			return reasonf("RawMessageDelivery: Invalid value [%s]. Must be true or false.", value)
		}
	case "FilterPolicy":
		s.FilterPolicy = value
	case "FilterPolicyScope":
		s.FilterPolicyScope = value
	case "RedrivePolicy":
		return s.setRedrivePolicy(value)
	default:
		return reasonf("AttributeName: the subscription attribute %q is not supported; known are RawMessageDelivery, FilterPolicy, FilterPolicyScope and RedrivePolicy", name)
	}
	return nil
}

// setRedrivePolicy takes no policy and an empty one as the end of dead letters.
func (s *Settings) setRedrivePolicy(value string) error {
	var policy redrivePolicy
	if value != "" {
		if err := strict([]byte(value), &policy); err != nil {
			return fmt.Errorf("RedrivePolicy: failed to parse JSON. %w", err)
		}
	}
	s.DeadLetter = policy.DeadLetterTargetArn
	return nil
}

// check returns what is wrong with s for a subscription of the given protocol; the
// message begins with the name of the attribute.
func (s Settings) check(protocol string) error {
	switch {
	case s.RawMessageDelivery && protocol != SQS:
		return reasonf("Delivery protocol [%s] does not support raw message delivery.", protocol)
	case s.FilterPolicyScope != "" && s.FilterPolicyScope != MessageAttributes && s.FilterPolicyScope != MessageBody:
		return reasonf("FilterPolicyScope: Invalid value [%s]. Please use either MessageBody or MessageAttributes", s.FilterPolicyScope)
	case s.DeadLetter != "" && !isQueue(s.DeadLetter):
		return reasonf("RedrivePolicy: deadLetterTargetArn is an invalid arn: %s is not the ARN of an SQS queue", s.DeadLetter)
	case strings.HasSuffix(s.DeadLetter, ".fifo"):
		return reason("RedrivePolicy: must use a standard queue as DLQ for a subscription to a standard topic")
	}
	if _, err := s.filter(); err != nil {
		return fmt.Errorf("FilterPolicy: %w", err)
	}
	return nil
}

// attributes returns s as GetSubscriptionAttributes shows it.
func (s Settings) attributes() (map[string]string, error) {
	shown := map[string]string{"RawMessageDelivery": fmt.Sprint(s.RawMessageDelivery)}
	if s.FilterPolicy != "" {
		shown["FilterPolicy"], shown["FilterPolicyScope"] = s.FilterPolicy, s.scope()
	}
	if s.DeadLetter != "" {
		policy, err := awsjson.Encode(redrivePolicy{s.DeadLetter})
		if err != nil {
			return nil, err
		}
		shown["RedrivePolicy"] = string(policy)
	}
	return shown, nil
}

func (s Settings) scope() string {
	if s.FilterPolicyScope == "" {
		return MessageAttributes
	}
	return s.FilterPolicyScope
}
