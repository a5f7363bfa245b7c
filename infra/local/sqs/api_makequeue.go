package sqs

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type createQueueInput struct {
	QueueName  string
	Attributes map[string]string
}

type createQueueOutput struct{ QueueUrl string }

// createQueue makes a queue; one that is there with the same attributes is its answer,
// per the CreateQueue reference.
func (e *Engine) createQueue(in createQueueInput) (any, error) {
	spec, err := in.spec()
	if err != nil {
		return nil, err
	}
	if err := spec.complete(); err != nil {
		return nil, invalidValue("%v", err)
	}
	err = e.Store.Update(func(tx store.Tx) error {
		was, err := store.GetJSON[queue](tx, queuesTable, []byte(spec.Name))
		switch {
		case err != nil:
			return err
		case was != nil && was.QueueSpec != spec:
			return &awsjson.Error{Code: "QueueNameExists", QueryCode: "QueueAlreadyExists",
				Message: "A queue already exists with the same name and a different value for one of its attributes."}
		case was != nil:
			return nil
		case spec.RedriveTarget != "":
			if _, err := e.queue(tx, spec.RedriveTarget); err != nil {
				return invalidValue("Value %s for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.", spec.RedriveTarget)
			}
		}
		now := e.Clock.Now()
		return store.PutJSON(tx, queuesTable, []byte(spec.Name), queue{QueueSpec: spec, Created: now, Modified: now})
	})
	return createQueueOutput{e.URL(spec.Name)}, err
}

// spec reads the attributes that the engine knows.
func (in createQueueInput) spec() (QueueSpec, error) {
	spec := QueueSpec{Name: in.QueueName}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		var err error
		switch value := in.Attributes[name]; name {
		case "VisibilityTimeout":
			spec.VisibilityTimeout, err = parseSeconds(value)
		case "MessageRetentionPeriod":
			spec.MessageRetention, err = parseSeconds(value)
		case "RedrivePolicy":
			spec.RedriveTarget, spec.MaxReceiveCount, err = parseRedrive(value)
		default:
			return spec, awsjson.Errorf("InvalidAttributeName", "Unknown Attribute %s; the local engine knows VisibilityTimeout, MessageRetentionPeriod and RedrivePolicy.", name)
		}
		if err != nil {
			return spec, awsjson.Errorf("InvalidAttributeValue", "Invalid value for the parameter %s. Reason: %v.", name, err)
		}
	}
	return spec, nil
}

// parseSeconds reads a positive number of seconds: zero stands for the default in a [QueueSpec].
func parseSeconds(text string) (time.Duration, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a number of seconds above 0", text)
	}
	return time.Duration(n) * time.Second, nil
}

func parseRedrive(text string) (target string, most int, err error) {
	var policy struct {
		DeadLetterTargetArn string          `json:"deadLetterTargetArn"`
		MaxReceiveCount     json.RawMessage `json:"maxReceiveCount"` // a number, or a text of one
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		return "", 0, err
	}
	count := policy.MaxReceiveCount
	if unquoted, err := strconv.Unquote(string(count)); err == nil {
		count = json.RawMessage(unquoted)
	}
	if most, err = strconv.Atoi(string(count)); err != nil || policy.DeadLetterTargetArn == "" {
		return "", 0, errors.New("it needs deadLetterTargetArn and maxReceiveCount")
	}
	return policy.DeadLetterTargetArn, most, nil
}

type deleteQueueInput struct{ QueueUrl string }

// deleteQueue removes a queue with its messages, at once; AWS takes up to a minute.
func (e *Engine) deleteQueue(in deleteQueueInput) (any, error) {
	name, err := e.queueOfURL(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return struct{}{}, e.Store.Update(func(tx store.Tx) error {
		if _, err := e.queue(tx, name); err != nil {
			return err
		}
		tx.Delete(queuesTable, []byte(name))
		drain(tx, name)
		return nil
	})
}
