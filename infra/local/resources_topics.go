package local

import (
	"encoding/json"

	"slipway/infra/local/sns"
)

type topicProperties struct {
	TopicName      string
	DisplayName    string
	KmsMasterKeyId string
}

func (s *Stack) makeTopic(id string, data []byte) (map[string]string, error) {
	p, err := properties[topicProperties](data)
	if err != nil {
		return nil, err
	}
	spec := sns.TopicSpec{Name: p.TopicName, DisplayName: p.DisplayName, KMSKeyID: p.KmsMasterKeyId}
	if spec.Name == "" {
		spec.Name = physicalName(id)
	}
	arn := s.topics.ARN(spec.Name)
	return map[string]string{"": arn, "TopicArn": arn, "TopicName": spec.Name}, s.topics.Create(spec)
}

type subscriptionProperties struct {
	TopicArn           string
	Protocol           string
	Endpoint           string
	RawMessageDelivery bool
	FilterPolicy       json.RawMessage
	FilterPolicyScope  string
	RedrivePolicy      struct {
		DeadLetterTargetArn string `json:"deadLetterTargetArn"`
	}
}

func (s *Stack) makeSubscription(_ string, data []byte) (map[string]string, error) {
	p, err := properties[subscriptionProperties](data)
	if err != nil {
		return nil, err
	}
	arn, err := s.topics.Subscribe(sns.SubscriptionSpec{Topic: p.TopicArn, Protocol: p.Protocol, Endpoint: p.Endpoint,
		Settings: sns.Settings{RawMessageDelivery: p.RawMessageDelivery, FilterPolicy: string(p.FilterPolicy),
			FilterPolicyScope: p.FilterPolicyScope, DeadLetter: p.RedrivePolicy.DeadLetterTargetArn}})
	return map[string]string{"": arn, "Arn": arn}, err
}
