package eventbridge

import (
	"fmt"
	"strings"
	"time"
)

// The default and the limits of a retry policy, per the RetryPolicy reference.
const (
	maxRetryAttempts = 185 // also the default
	minEventAge      = time.Minute
	maxEventAge      = 24 * time.Hour // also the default
)

// A RetryPolicy limits how long a failing hand-off is tried again.
type RetryPolicy struct {
	// MaximumRetryAttempts is 0 to 185; nil means 185.
	MaximumRetryAttempts *int
	// MaximumEventAge is one minute to 24 hours; zero means 24 hours.
	MaximumEventAge time.Duration
}

// A TargetSpec describes a target of a rule. At most one of Input, InputPath
// and InputTransformer may be set; without any the target gets the whole event.
type TargetSpec struct {
	ID      string
	ARN     string
	RoleARN string // kept and shown, and has no effect on one machine
	// Input is JSON that the target gets instead of the event.
	Input string
	// InputPath selects the part of the event that the target gets, such as "$.detail".
	InputPath        string
	InputTransformer *InputTransformer
	// DeadLetterARN is the queue that gets an event which couldn't be handed over;
	// without it such an event is dropped, as in EventBridge.
	DeadLetterARN string
	RetryPolicy   RetryPolicy
}

// A target is a TargetSpec that was checked.
type target struct {
	TargetSpec
	transform transform
	retries   int
	age       time.Duration
}

func (e *Engine) newTarget(spec TargetSpec) (*target, error) {
	t := &target{TargetSpec: spec, retries: maxRetryAttempts, age: maxEventAge}
	if spec.RetryPolicy.MaximumRetryAttempts != nil {
		t.retries = *spec.RetryPolicy.MaximumRetryAttempts
	}
	if spec.RetryPolicy.MaximumEventAge != 0 {
		t.age = spec.RetryPolicy.MaximumEventAge
	}
	switch {
	case !ruleName.MatchString(spec.ID):
		return nil, fmt.Errorf("the id %q must be 1 to 64 letters, digits and ._-", spec.ID)
	case t.retries < 0 || t.retries > maxRetryAttempts:
		return nil, fmt.Errorf("maximum retry attempts %d must be between 0 and %d", t.retries, maxRetryAttempts)
	case t.age < minEventAge || t.age > maxEventAge:
		return nil, fmt.Errorf("maximum event age %v must be between %v and %v", t.age, minEventAge, maxEventAge)
	case spec.DeadLetterARN != "" && !strings.HasPrefix(spec.DeadLetterARN, "arn:aws:sqs:"):
		return nil, fmt.Errorf("dead-letter queue %s must be the ARN of an SQS queue", spec.DeadLetterARN)
	}
	if _, err := e.Target(spec.ARN); err != nil {
		return nil, err
	}
	var err error
	t.transform, err = newTransform(spec)
	return t, err
}
