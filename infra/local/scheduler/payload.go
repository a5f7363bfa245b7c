package scheduler

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// age returns how long a slot may be late.
func (t TargetSpec) age() time.Duration {
	return time.Duration(*t.RetryPolicy.MaximumEventAgeInSeconds) * time.Second
}

// notification is what a target gets that has no input; its verbs are for account and Region.
const notification = `{"version":"0","id":"<aws.scheduler.execution-id>","detail-type":"Scheduled Event","source":"aws.scheduler",` +
	`"account":"%s","time":"<aws.scheduler.scheduled-time>","region":"%s","resources":["<aws.scheduler.schedule-arn>"],"detail":"{}"}`

// payload returns the input of d with its context attributes replaced, per "Adding
// context attributes in EventBridge Scheduler"; id is that of the attempt. None of
// the values has a character that JSON would escape.
func (e *Engine) payload(d delivery, id string) string {
	input := d.Target.Input
	if input == "" {
		input = fmt.Sprintf(notification, e.Account, e.Region)
	}
	return strings.NewReplacer(
		"<aws.scheduler.schedule-arn>", d.ARN,
		"<aws.scheduler.scheduled-time>", d.Slot.UTC().Format(time.RFC3339),
		"<aws.scheduler.execution-id>", id,
		"<aws.scheduler.attempt-number>", strconv.Itoa(d.Failures+1),
	).Replace(input)
}
