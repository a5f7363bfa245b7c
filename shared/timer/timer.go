// Package timer lets work be checked at a given time, by schedules of EventBridge
// Scheduler that run once and then delete themselves.
package timer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"slipway/events"
	"slipway/shared/step"
)

// lead is how far ahead a time must be. The documentation doesn't say what becomes of a
// schedule whose time has passed when it arrives, so none is asked for.
const lead = 10 * time.Second

// Timers sets and clears timers; it implements [step.Timers].
type Timers struct {
	client *scheduler.Client
	group  string
	target types.Target // without input
	now    func() time.Time
}

// New returns the timers in the schedule group of that name. When one is due, EventBridge
// Scheduler takes the role and invokes the target, a function, with an event of the type
// [step.TimerDue]; what it can't deliver goes to the dead-letter queue.
func New(client *scheduler.Client, group, targetARN, roleARN, deadLetterARN string, now func() time.Time) *Timers {
	return &Timers{client: client, group: group, now: now, target: types.Target{
		Arn: &targetARN, RoleArn: &roleARN, DeadLetterConfig: &types.DeadLetterConfig{Arn: &deadLetterARN},
	}}
}

// Prefix returns what the names of the schedules of a kind's work with that name begin
// with; the work's name may hold any characters. After it comes the second that the
// schedule is for, so that one is never changed: what is set while a timer comes must
// not be deleted with it. A name has at most 58 of the 64 characters that it may have.
func Prefix(kind, work string) string {
	const bytes = 20
	sum := sha256.Sum256([]byte(kind + "\n" + work))
	return "timer-" + hex.EncodeToString(sum[:bytes]) + "-"
}

// Set asks for a check of the kind's work with that name at t, rounded up to a second,
// or in some seconds when t has passed. Times that were set before for the same work stay.
func (t *Timers) Set(ctx context.Context, kind, work string, at time.Time) error {
	s, err := t.schedule(kind, work, at)
	if err != nil {
		return err
	}
	var there *types.ConflictException
	if err := t.create(ctx, s); err != nil && !errors.As(err, &there) {
		return fmt.Errorf("set timer of %s work %s to %s: %w", kind, work, s.expression, err)
	}
	return nil
}

// Clear takes back what Set asked for; nil when nothing is set. A timer that is due at
// this moment may come all the same.
func (t *Timers) Clear(ctx context.Context, kind, work string) error {
	prefix := Prefix(kind, work)
	pages := scheduler.NewListSchedulesPaginator(t.client, &scheduler.ListSchedulesInput{GroupName: &t.group, NamePrefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		for i := 0; err == nil && i < len(page.Schedules); i++ {
			err = t.remove(ctx, page.Schedules[i].Name)
		}
		if err != nil {
			return fmt.Errorf("clear timers of %s work %s: %w", kind, work, err)
		}
	}
	return nil
}

func (t *Timers) remove(ctx context.Context, name *string) error {
	_, err := t.client.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: name, GroupName: &t.group})
	if gone := (*types.ResourceNotFoundException)(nil); errors.As(err, &gone) {
		return nil
	}
	return err
}

// A schedule is what a timer asks of EventBridge Scheduler.
type schedule struct {
	name        string
	description string
	expression  string
	target      types.Target
}

// maxDescription is the longest description of a schedule, per the CreateSchedule reference.
const maxDescription = 512

func (t *Timers) schedule(kind, work string, at time.Time) (schedule, error) {
	if earliest := t.now().Add(lead); at.Before(earliest) {
		at = earliest
	}
	input, err := json.Marshal(dueEvent{Source: events.Source, DetailType: step.TimerDue, Detail: step.TimerDetail{Kind: kind, Work: work}})
	if err != nil {
		return schedule{}, fmt.Errorf("encode timer of %s work %s: %w", kind, work, err)
	}
	at = whole(at)
	s := schedule{name: Prefix(kind, work) + strconv.FormatInt(at.Unix(), 10), expression: expression(at), target: t.target}
	s.target.Input = aws.String(string(input))
	s.description = fmt.Sprintf("%.*s", maxDescription, kind+" "+work)
	return s, nil
}

// A dueEvent is the envelope of the event by which a timer tells that it is due.
type dueEvent struct {
	Source     string           `json:"source"`
	DetailType string           `json:"detail-type"`
	Detail     step.TimerDetail `json:"detail"`
}

// whole returns at, rounded up to a second.
func whole(at time.Time) time.Time {
	if cut := at.Truncate(time.Second); cut.Before(at) {
		return cut.Add(time.Second)
	}
	return at
}

// expression returns the schedule expression of a time of whole seconds, in UTC.
func expression(at time.Time) string { return "at(" + at.UTC().Format("2006-01-02T15:04:05") + ")" }

func (t *Timers) create(ctx context.Context, s schedule) error {
	_, err := t.client.CreateSchedule(ctx, &scheduler.CreateScheduleInput{
		Name: &s.name, GroupName: &t.group, Description: &s.description, Target: &s.target,
		ScheduleExpression: &s.expression, ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:    &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion: types.ActionAfterCompletionDelete,
	})
	return err
}
