package sqs

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"slipway/infra/local/store"
)

// The defaults and limits of a queue, per the SQS CreateQueue reference.
const (
	defaultVisibility = 30 * time.Second
	maxVisibility     = 12 * time.Hour
	defaultRetention  = 4 * 24 * time.Hour
	minRetention      = time.Minute
	maxRetention      = 14 * 24 * time.Hour
	maxReceives       = 1000
)

var queueName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// A QueueSpec describes a standard queue.
type QueueSpec struct {
	Name string
	// VisibilityTimeout hides a received message from other receivers for up to
	// 12 hours; zero means 30 seconds.
	VisibilityTimeout time.Duration
	// MessageRetention drops a message this long after it was first sent, between
	// one minute and 14 days; zero means 4 days.
	MessageRetention time.Duration
	// RedriveTarget is the ARN of the queue that takes the messages which were
	// received MaxReceiveCount times (1 to 1000) and not deleted; empty for none.
	RedriveTarget   string
	MaxReceiveCount int
}

// A queue is a QueueSpec as the store holds it, with its defaults filled in.
type queue struct {
	QueueSpec
	Created  time.Time
	Modified time.Time
}

// Create makes the queue of spec, or gives an existing queue of that name the
// settings of spec and leaves its messages alone. The redrive target must exist.
func (e *Engine) Create(spec QueueSpec) error {
	if err := spec.complete(); err != nil {
		return err
	}
	return e.Store.Update(func(tx store.Tx) error {
		if target := spec.RedriveTarget; target != "" {
			if _, err := e.queue(tx, target); err != nil {
				return fmt.Errorf("queue %s: redrive target: %w", spec.Name, err)
			}
		}
		now := e.Clock.Now()
		q := queue{QueueSpec: spec, Created: now, Modified: now}
		if was, err := e.queue(tx, spec.Name); err == nil {
			q.Created = was.Created
			if was.QueueSpec == spec {
				return nil
			}
		}
		return store.PutJSON(tx, queuesTable, []byte(spec.Name), q)
	})
}

// complete fills in the defaults of s and returns what is wrong with it.
func (s *QueueSpec) complete() error {
	if s.VisibilityTimeout == 0 {
		s.VisibilityTimeout = defaultVisibility
	}
	if s.MessageRetention == 0 {
		s.MessageRetention = defaultRetention
	}
	switch {
	case strings.HasSuffix(s.Name, ".fifo"):
		return fmt.Errorf("queue %s: FIFO queues are not supported; use a standard queue", s.Name)
	case !queueName.MatchString(s.Name):
		return fmt.Errorf("queue %q: the name must be 1 to 80 letters, digits, hyphens and underscores", s.Name)
	case s.VisibilityTimeout < 0 || s.VisibilityTimeout > maxVisibility:
		return fmt.Errorf("queue %s: visibility time-out %v must be between 0 and %v", s.Name, s.VisibilityTimeout, maxVisibility)
	case s.MessageRetention < minRetention || s.MessageRetention > maxRetention:
		return fmt.Errorf("queue %s: message retention %v must be between %v and %v", s.Name, s.MessageRetention, minRetention, maxRetention)
	case s.RedriveTarget == "" && s.MaxReceiveCount != 0:
		return fmt.Errorf("queue %s: a maximum receive count needs a redrive target", s.Name)
	case s.RedriveTarget != "" && (s.MaxReceiveCount < 1 || s.MaxReceiveCount > maxReceives):
		return fmt.Errorf("queue %s: maximum receive count %d must be between 1 and %d", s.Name, s.MaxReceiveCount, maxReceives)
	}
	return nil
}

// queue returns the queue with the given name or ARN.
func (e *Engine) queue(tx store.Tx, nameOrARN string) (queue, error) {
	name := nameOf(nameOrARN)
	q, err := store.GetJSON[queue](tx, queuesTable, []byte(name))
	if err == nil && (q == nil || (name != nameOrARN && nameOrARN != e.ARN(name))) {
		err = queueDoesNotExist()
	}
	if err != nil {
		return queue{}, fmt.Errorf("queue %s: %w", nameOrARN, err)
	}
	return *q, nil
}
