package scheduler

import (
	"time"

	"slipway/shared/schedule"
)

// The states of a schedule, and what becomes of it when it has no slots left.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"

	KeepAfterCompletion   = "NONE"
	DeleteAfterCompletion = "DELETE"
)

// The modes of a flexible time window.
const (
	WindowOff      = "OFF"
	WindowFlexible = "FLEXIBLE"
)

// A Spec describes a schedule. Its members are those of the CreateSchedule request
// and of the CloudFormation type AWS::Scheduler::Schedule.
type Spec struct {
	Name        string
	GroupName   string // "default" when empty
	Description string `json:",omitempty"`
	// ScheduleExpression is what [schedule.Parse] reads.
	ScheduleExpression string
	// ScheduleExpressionTimezone is a name of the IANA database; "UTC" when empty.
	ScheduleExpressionTimezone string
	// StartDate and EndDate are the first and the last time that a slot may have;
	// they are ignored for a one-time schedule.
	StartDate          *time.Time `json:",omitempty"`
	EndDate            *time.Time `json:",omitempty"`
	FlexibleTimeWindow FlexibleTimeWindow
	State              string // Enabled when empty
	// ActionAfterCompletion is KeepAfterCompletion when empty.
	ActionAfterCompletion string
	// KmsKeyArn is kept and shown, and has no effect on one machine.
	KmsKeyArn string `json:",omitempty"`
	Target    TargetSpec
}

// A FlexibleTimeWindow lets a schedule run within some minutes after its slot.
// When exactly depends on the schedule's ARN and the slot only.
type FlexibleTimeWindow struct {
	Mode                   string
	MaximumWindowInMinutes int `json:",omitempty"` // 1 to 1440 when Mode is WindowFlexible
}

// A TargetSpec says what a schedule invokes and with what.
type TargetSpec struct {
	Arn     string
	RoleArn string
	// Input is what the target gets, with context attributes such as
	// <aws.scheduler.scheduled-time> replaced; a notification when empty.
	Input            string            `json:",omitempty"`
	DeadLetterConfig *DeadLetterConfig `json:",omitempty"`
	RetryPolicy      *RetryPolicy      `json:",omitempty"`
}

// A DeadLetterConfig names the queue for invocations that could not be handed over;
// without it they are dropped.
type DeadLetterConfig struct {
	Arn string `json:",omitempty"`
}

// A RetryPolicy limits how long a failing hand-off is tried again.
type RetryPolicy struct {
	MaximumEventAgeInSeconds *int `json:",omitempty"` // 60 to 86400; nil means 86400
	MaximumRetryAttempts     *int `json:",omitempty"` // 0 to 185; nil means 185
}

// The defaults, and the upper limits, of a retry policy.
const (
	maxEventAge      = 86400
	maxRetryAttempts = 185
)

// DefaultGroup is the schedule group that every account has.
const DefaultGroup = "default"

// withDefaults returns s with the value of every optional member that has one.
func (s Spec) withDefaults() Spec {
	fill := func(member *string, value string) {
		if *member == "" {
			*member = value
		}
	}
	fill(&s.GroupName, DefaultGroup)
	fill(&s.ScheduleExpressionTimezone, "UTC")
	fill(&s.State, Enabled)
	fill(&s.ActionAfterCompletion, KeepAfterCompletion)
	age, retries := maxEventAge, maxRetryAttempts
	policy := RetryPolicy{&age, &retries}
	if given := s.Target.RetryPolicy; given != nil && given.MaximumEventAgeInSeconds != nil {
		policy.MaximumEventAgeInSeconds = given.MaximumEventAgeInSeconds
	}
	if given := s.Target.RetryPolicy; given != nil && given.MaximumRetryAttempts != nil {
		policy.MaximumRetryAttempts = given.MaximumRetryAttempts
	}
	s.Target.RetryPolicy = &policy
	return s
}

// key is where the schedule is in the store.
func (s Spec) key() string { return s.GroupName + "/" + s.Name }

// expression returns the parsed expression.
func (s Spec) expression() (schedule.Expression, error) {
	return schedule.Parse(s.ScheduleExpression, s.ScheduleExpressionTimezone)
}
