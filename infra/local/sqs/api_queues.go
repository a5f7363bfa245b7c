package sqs

import (
	"encoding/json"
	neturl "net/url"
	"strconv"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// queueOfURL returns the name of the queue at url; only the path counts, since
// clients may reach the engine under another host name than it gives out.
func (e *Engine) queueOfURL(url string) (string, error) {
	if url == "" {
		return "", awsjson.Errorf("MissingParameter", "The request must contain the parameter QueueUrl.")
	}
	u, err := neturl.Parse(url)
	if err != nil {
		return "", invalidAddress(url)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || parts[len(parts)-2] != e.Account {
		return "", invalidAddress(url)
	}
	return parts[len(parts)-1], nil
}

func invalidAddress(url string) error {
	return awsjson.Errorf("InvalidAddress", "The address %s is not valid for this endpoint.", url)
}

type getQueueURLInput struct {
	QueueName              string
	QueueOwnerAWSAccountId string
}

type getQueueURLOutput struct{ QueueUrl string }

func (e *Engine) getQueueURL(in getQueueURLInput) (any, error) {
	if in.QueueOwnerAWSAccountId != "" && in.QueueOwnerAWSAccountId != e.Account {
		return nil, queueDoesNotExist()
	}
	err := e.Store.View(func(tx store.Tx) error {
		_, err := e.queue(tx, in.QueueName)
		return err
	})
	return getQueueURLOutput{e.URL(in.QueueName)}, err
}

type listQueuesInput struct {
	QueueNamePrefix string
	MaxResults      *int
	NextToken       string
}

type listQueuesOutput struct {
	QueueUrls []string `json:",omitempty"`
	NextToken string   `json:",omitempty"`
}

// listQueues pages by name: the token is the name that the next page starts with.
func (e *Engine) listQueues(in listQueuesInput) (any, error) {
	limit, err := within("MaxResults", in.MaxResults, 1000, 1, 1000)
	if err != nil {
		return nil, err
	}
	var out listQueuesOutput
	err = e.Store.View(func(tx store.Tx) error {
		for key := range tx.Scan(queuesTable, []byte(max(in.QueueNamePrefix, in.NextToken))) {
			name := string(key)
			if !strings.HasPrefix(name, in.QueueNamePrefix) {
				break
			}
			if len(out.QueueUrls) == limit {
				out.NextToken = name
				break
			}
			out.QueueUrls = append(out.QueueUrls, e.URL(name))
		}
		return nil
	})
	return out, err
}

type getQueueAttributesInput struct {
	QueueUrl       string
	AttributeNames []string
}

type getQueueAttributesOutput struct {
	Attributes map[string]string `json:",omitempty"`
}

func (e *Engine) getQueueAttributes(in getQueueAttributesInput) (any, error) {
	name, err := e.queueOfURL(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	out := getQueueAttributesOutput{map[string]string{}}
	err = e.Store.View(func(tx store.Tx) error {
		q, err := e.queue(tx, name)
		if err != nil {
			return err
		}
		all, err := e.attributes(tx, q)
		if err != nil {
			return err
		}
		for _, wanted := range in.AttributeNames {
			if _, known := all[wanted]; !known && wanted != "All" && wanted != "RedrivePolicy" {
				return awsjson.Errorf("InvalidAttributeName", "Unknown Attribute %s.", wanted)
			}
		}
		for attribute, value := range all {
			if names(in.AttributeNames, attribute) {
				out.Attributes[attribute] = value
			}
		}
		return nil
	})
	return out, err
}

// attributes returns every attribute of q that the engine knows.
func (e *Engine) attributes(tx store.Tx, q queue) (map[string]string, error) {
	now, visible, received, delayed := e.Clock.Now(), 0, 0, 0
	err := e.each(tx, q, func(m message) {
		switch {
		case !m.Visible.After(now):
			visible++
		case m.Receives > 0:
			received++
		default:
			delayed++
		}
	})
	if err != nil {
		return nil, err
	}
	attributes := map[string]string{
		"QueueArn":                              e.ARN(q.Name),
		"VisibilityTimeout":                     seconds(q.VisibilityTimeout),
		"MessageRetentionPeriod":                seconds(q.MessageRetention),
		"MaximumMessageSize":                    strconv.Itoa(maxMessageBytes),
		"DelaySeconds":                          "0",
		"ReceiveMessageWaitTimeSeconds":         "0",
		"SqsManagedSseEnabled":                  "true", // what a new queue has on AWS; nothing is encrypted here
		"CreatedTimestamp":                      strconv.FormatInt(q.Created.Unix(), 10),
		"LastModifiedTimestamp":                 strconv.FormatInt(q.Modified.Unix(), 10),
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(received),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(delayed),
	}
	if q.RedriveTarget != "" {
		policy, err := json.Marshal(redrivePolicy{q.RedriveTarget, q.MaxReceiveCount})
		if err != nil {
			return nil, err
		}
		attributes["RedrivePolicy"] = string(policy)
	}
	return attributes, nil
}

type redrivePolicy struct {
	DeadLetterTargetArn string `json:"deadLetterTargetArn"`
	MaxReceiveCount     int    `json:"maxReceiveCount"`
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

type purgeQueueInput struct{ QueueUrl string }

func (e *Engine) purgeQueue(in purgeQueueInput) (any, error) {
	err := e.change(in.QueueUrl, func(tx store.Tx, q queue) error {
		drain(tx, q.Name)
		return nil
	})
	return struct{}{}, err
}

// drain removes every message of a queue.
func drain(tx store.Tx, name string) {
	for _, table := range []string{messagesTable, dueTable} {
		var keys [][]byte
		for key := range ofQueue(tx, table, name) {
			keys = append(keys, key)
		}
		for _, key := range keys {
			tx.Delete(table, key)
		}
	}
}
