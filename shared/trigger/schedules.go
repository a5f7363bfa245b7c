package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"slipway/events"
)

// scheduleClient is what Triggers needs of EventBridge Scheduler; [scheduler.Client] has it.
type scheduleClient interface {
	ListSchedules(ctx context.Context, in *scheduler.ListSchedulesInput, options ...func(*scheduler.Options)) (*scheduler.ListSchedulesOutput, error)
	GetSchedule(ctx context.Context, in *scheduler.GetScheduleInput, options ...func(*scheduler.Options)) (*scheduler.GetScheduleOutput, error)
	CreateSchedule(ctx context.Context, in *scheduler.CreateScheduleInput, options ...func(*scheduler.Options)) (*scheduler.CreateScheduleOutput, error)
	UpdateSchedule(ctx context.Context, in *scheduler.UpdateScheduleInput, options ...func(*scheduler.Options)) (*scheduler.UpdateScheduleOutput, error)
	DeleteSchedule(ctx context.Context, in *scheduler.DeleteScheduleInput, options ...func(*scheduler.Options)) (*scheduler.DeleteScheduleOutput, error)
}

// A schedule's name is the project's, an underscore, which no name holds, and the
// runbook's: at most 61 of the 64 characters that Scheduler allows.
func scheduleName(project, runbook string) string { return schedulePrefix(project) + runbook }

func schedulePrefix(project string) string { return project + "_" }

func (t *Triggers) syncSchedules(ctx context.Context, project string, runbooks []Wanted) error {
	present, err := t.presentSchedules(ctx, project)
	if err != nil {
		return err
	}
	var failed error // one that Scheduler refuses holds no other up
	for _, w := range runbooks {
		if w.Runbook.Schedule == nil {
			continue
		}
		name := scheduleName(project, w.Runbook.Name)
		wanted, err := t.schedule(project, w)
		switch {
		case err != nil:
		case w.Over:
			err = t.leaveLast(ctx, wanted)
		default:
			err = t.syncSchedule(ctx, wanted, present[name])
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("schedule %s: %w", name, err))
		}
		delete(present, name)
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		failed = errors.Join(failed, t.removeSchedule(ctx, name))
	}
	return failed
}

// presentSchedules returns the names of the project's schedules.
func (t *Triggers) presentSchedules(ctx context.Context, project string) (map[string]bool, error) {
	names := map[string]bool{}
	pages := scheduler.NewListSchedulesPaginator(t.schedules, &scheduler.ListSchedulesInput{GroupName: &t.config.Group, NamePrefix: aws.String(schedulePrefix(project))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list schedules: %w", err)
		}
		for _, s := range page.Schedules {
			names[aws.ToString(s.Name)] = true
		}
	}
	return names, nil
}

// schedule returns what a runbook's schedule should be.
func (t *Triggers) schedule(project string, w Wanted) (*scheduler.CreateScheduleInput, error) {
	s := w.Runbook.Schedule
	detail, err := json.Marshal(map[string]string{"project": project, "runbook": w.Runbook.Name,
		"expression": s.Expression, "timezone": s.Timezone, "at": "AT"})
	if err != nil {
		return nil, err
	}
	// encoding/json would write the angle brackets of Scheduler's attribute as \u003c.
	input := fmt.Sprintf(`{"source":%q,"detail-type":%q,"detail":%s}`, events.Source, Due, strings.Replace(string(detail), `"at":"AT"`, `"at":"<aws.scheduler.scheduled-time>"`, 1))
	state := types.ScheduleStateEnabled
	if w.Paused {
		state = types.ScheduleStateDisabled
	}
	return &scheduler.CreateScheduleInput{
		GroupName: &t.config.Group, Name: aws.String(scheduleName(project, w.Runbook.Name)), State: state,
		Description:                aws.String(fmt.Sprintf("Starts runbook %s of project %s.", w.Runbook.Name, project)),
		ScheduleExpression:         &s.Expression,
		ScheduleExpressionTimezone: &s.Timezone,
		FlexibleTimeWindow:         &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion:      types.ActionAfterCompletionNone,
		Target: &types.Target{Arn: &t.config.Function, RoleArn: &t.config.ScheduleRole, Input: &input,
			DeadLetterConfig: &types.DeadLetterConfig{Arn: &t.config.DeadLetters},
			RetryPolicy:      &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(maxAge), MaximumRetryAttempts: aws.Int32(maxRetries)}},
	}, nil
}

func (t *Triggers) syncSchedule(ctx context.Context, wanted *scheduler.CreateScheduleInput, there bool) error {
	if !there {
		_, err := t.schedules.CreateSchedule(ctx, wanted)
		var exists *types.ConflictException
		if !errors.As(err, &exists) {
			return err
		}
	}
	found, err := t.schedules.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: wanted.GroupName, Name: wanted.Name})
	if gone := (*types.ResourceNotFoundException)(nil); errors.As(err, &gone) { // removed since it was listed
		_, err = t.schedules.CreateSchedule(ctx, wanted)
		return err
	}
	if err != nil || sameSchedule(wanted, found) {
		return err
	}
	_, err = t.schedules.UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{
		GroupName: wanted.GroupName, Name: wanted.Name, State: wanted.State, Description: wanted.Description,
		ScheduleExpression: wanted.ScheduleExpression, ScheduleExpressionTimezone: wanted.ScheduleExpressionTimezone,
		FlexibleTimeWindow: wanted.FlexibleTimeWindow, ActionAfterCompletion: wanted.ActionAfterCompletion, Target: wanted.Target})
	return err
}

// leaveLast leaves a schedule whose last slot has passed as it is, and removes one of
// its name that asks for other times.
func (t *Triggers) leaveLast(ctx context.Context, wanted *scheduler.CreateScheduleInput) error {
	found, err := t.schedules.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: wanted.GroupName, Name: wanted.Name})
	if gone := (*types.ResourceNotFoundException)(nil); errors.As(err, &gone) {
		return nil
	}
	if err != nil || aws.ToString(found.ScheduleExpression) == *wanted.ScheduleExpression &&
		aws.ToString(found.ScheduleExpressionTimezone) == *wanted.ScheduleExpressionTimezone {
		return err
	}
	return t.removeSchedule(ctx, *wanted.Name)
}

// sameSchedule tells whether a schedule is as it should be, in all that has an effect.
func sameSchedule(wanted *scheduler.CreateScheduleInput, found *scheduler.GetScheduleOutput) bool {
	return found.State == wanted.State && aws.ToString(found.ScheduleExpression) == *wanted.ScheduleExpression &&
		aws.ToString(found.ScheduleExpressionTimezone) == *wanted.ScheduleExpressionTimezone &&
		found.StartDate == nil && found.EndDate == nil && found.ActionAfterCompletion == wanted.ActionAfterCompletion &&
		found.FlexibleTimeWindow != nil && found.FlexibleTimeWindow.Mode == wanted.FlexibleTimeWindow.Mode &&
		alike(found.Target, wanted.Target)
}

func (t *Triggers) removeSchedule(ctx context.Context, name string) error {
	_, err := t.schedules.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{GroupName: &t.config.Group, Name: &name})
	if gone := (*types.ResourceNotFoundException)(nil); err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("remove schedule %s: %w", name, err)
	}
	return nil
}
