package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
)

// queues are the dead-letter queues, one for each way in which an event can be
// lost. A message names the rule, the function or the stream records that it
// comes from, so one queue serves all of its kind. An alarm watches each.
type queues struct {
	undelivered awssqs.Queue // events that a rule could not hand to its target
	failed      awssqs.Queue // events that a function failed on
	unpublished awssqs.Queue // stream records that did not reach the bus
}

func newQueues(stack awscdk.Stack) queues {
	return queues{
		undelivered: newQueue(stack, "UndeliveredEvents"),
		failed:      newQueue(stack, "FailedEvents"),
		unpublished: newQueue(stack, "UnpublishedEvents"),
	}
}

func (q queues) all() []awssqs.Queue {
	return []awssqs.Queue{q.undelivered, q.failed, q.unpublished}
}

// newQueue declares a dead-letter queue that keeps its messages for as long as
// SQS can: 14 days.
func newQueue(stack awscdk.Stack, id string) awssqs.Queue {
	return awssqs.NewQueue(stack, new(id), &awssqs.QueueProps{
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      new(true),
		RetentionPeriod: days(14),
		RemovalPolicy:   awscdk.RemovalPolicy_RETAIN,
	})
}
