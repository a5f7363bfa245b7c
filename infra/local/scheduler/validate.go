package scheduler

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/shared/pipeline"
	"slipway/shared/schedule"
)

// What names and ARNs are made of, per the API reference.
var (
	namePattern  = regexp.MustCompile(`^[0-9a-zA-Z-_.]{1,64}$`)
	rolePattern  = regexp.MustCompile(`^arn:aws(-[a-z]+)?:iam::\d{12}:role/[\w+=,.@/-]+$`)
	queuePattern = regexp.MustCompile(`^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9-_]+$`)
	keyPattern   = regexp.MustCompile(`^arn:aws(-[a-z]+)?:kms:[a-z0-9-]+:\d{12}:(key|alias)/[0-9a-zA-Z-_]*$`)
)

// Limits of the API reference and of "Quotas for Amazon EventBridge Scheduler".
const (
	maxDescription = 512
	maxWindow      = 1440
	minEventAge    = 60
	maxInput       = 256 << 10 // bytes
)

// A constraint is what a member must satisfy.
type constraint struct {
	holds  bool
	member string // by its path, such as target.roleArn
	value  any
	must   string
}

// check returns the refusal of the first constraint that doesn't hold.
func check(constraints ...constraint) error {
	for _, c := range constraints {
		if !c.holds {
			return awsjson.Errorf("ValidationException", "1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must %s",
				c.value, c.member, c.must)
		}
	}
	return nil
}

// checkName checks the name of a schedule or of a group.
func checkName(member, name string) error {
	return check(constraint{namePattern.MatchString(name), member, name, "satisfy regular expression pattern: " + namePattern.String()})
}

// validate checks s, which has its defaults.
func (e *Engine) validate(s Spec) error {
	w, longest := s.FlexibleTimeWindow, len(s.Description)
	err := check(
		constraint{namePattern.MatchString(s.Name), "name", s.Name, "satisfy regular expression pattern: " + namePattern.String()},
		constraint{namePattern.MatchString(s.GroupName), "groupName", s.GroupName, "satisfy regular expression pattern: " + namePattern.String()},
		constraint{longest <= maxDescription, "description", s.Description, fmt.Sprintf("have length less than or equal to %d", maxDescription)},
		constraint{s.State == Enabled || s.State == Disabled, "state", s.State, "satisfy enum value set: [ENABLED, DISABLED]"},
		constraint{s.ActionAfterCompletion == KeepAfterCompletion || s.ActionAfterCompletion == DeleteAfterCompletion,
			"actionAfterCompletion", s.ActionAfterCompletion, "satisfy enum value set: [NONE, DELETE]"},
		constraint{s.KmsKeyArn == "" || keyPattern.MatchString(s.KmsKeyArn), "kmsKeyArn", s.KmsKeyArn, "satisfy regular expression pattern: " + keyPattern.String()},
		constraint{w.Mode == WindowOff || w.Mode == WindowFlexible, "flexibleTimeWindow.mode", w.Mode, "satisfy enum value set: [OFF, FLEXIBLE]"},
		constraint{w.Mode != WindowOff || w.MaximumWindowInMinutes == 0, "flexibleTimeWindow.maximumWindowInMinutes", w.MaximumWindowInMinutes, "be absent when the mode is OFF"},
		constraint{w.Mode != WindowFlexible || w.MaximumWindowInMinutes >= 1 && w.MaximumWindowInMinutes <= maxWindow,
			"flexibleTimeWindow.maximumWindowInMinutes", w.MaximumWindowInMinutes, fmt.Sprintf("be between 1 and %d", maxWindow)},
	)
	if err != nil {
		return err
	}
	if err := s.checkTimes(); err != nil {
		return err
	}
	return e.checkTarget(s.Target)
}

func (s Spec) checkTimes() error {
	x, err := s.expression()
	if err != nil {
		return awsjson.Errorf("ValidationException", "Invalid Schedule Expression %s: %s.", s.ScheduleExpression, pipeline.Message(err))
	}
	if err := checkDate("startDate", s.StartDate); err != nil {
		return err
	}
	if err := checkDate("endDate", s.EndDate); err != nil {
		return err
	}
	return check(constraint{x.OneTime() || s.StartDate == nil || s.EndDate == nil || s.EndDate.After(*s.StartDate),
		"endDate", s.EndDate, "be later than startDate"})
}

// checkDate keeps dates within the years that a cron expression has.
func checkDate(member string, date *time.Time) error {
	if date == nil {
		return nil
	}
	year := date.UTC().Year()
	return check(constraint{year >= schedule.MinYear && year <= schedule.MaxYear, member, date,
		fmt.Sprintf("be in the years %d to %d", schedule.MinYear, schedule.MaxYear)})
}

func (e *Engine) checkTarget(t TargetSpec) error {
	age, retries := *t.RetryPolicy.MaximumEventAgeInSeconds, *t.RetryPolicy.MaximumRetryAttempts
	dead := ""
	if t.DeadLetterConfig != nil {
		dead = t.DeadLetterConfig.Arn
	}
	err := check(
		constraint{t.Arn != "", "target.arn", t.Arn, "not be empty"},
		constraint{rolePattern.MatchString(t.RoleArn), "target.roleArn", t.RoleArn, "satisfy regular expression pattern: " + rolePattern.String()},
		constraint{len(t.Input) <= maxInput, "target.input", t.Input, fmt.Sprintf("have length less than or equal to %d", maxInput)},
		constraint{t.Input == "" || !wantsJSON(t.Arn) || json.Valid([]byte(t.Input)), "target.input", t.Input, "be well-formed JSON for this kind of target"},
		constraint{dead == "" || queuePattern.MatchString(dead), "target.deadLetterConfig.arn", dead, "satisfy regular expression pattern: " + queuePattern.String()},
		constraint{age >= minEventAge && age <= maxEventAge, "target.retryPolicy.maximumEventAgeInSeconds", age, fmt.Sprintf("be between %d and %d", minEventAge, maxEventAge)},
		constraint{retries >= 0 && retries <= maxRetryAttempts, "target.retryPolicy.maximumRetryAttempts", retries, fmt.Sprintf("be between 0 and %d", maxRetryAttempts)},
	)
	if err != nil {
		return err
	}
	if _, err := e.Target(t.Arn); err != nil {
		return awsjson.Errorf("ValidationException", "Value '%s' at 'target.arn' is not supported: %v", t.Arn, err)
	}
	return nil
}

// wantsJSON tells whether the input of a target must be well-formed JSON, per the
// Target reference: Lambda, Step Functions, EventBridge, and universal targets.
func wantsJSON(arn string) bool {
	const service = 2 // arn:partition:service:…
	parts := strings.SplitN(arn, ":", service+2)
	if len(parts) <= service {
		return false
	}
	switch parts[service] {
	case "lambda", "states", "events", "scheduler":
		return true
	}
	return false
}
