//go:build integration

package timer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"slipway/scripts/integration"
	"slipway/shared/timer"
)

func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "timer",
		Holds: []integration.Claim{
			{Says: "schedules that run once", Hold: emulated(aTimerIsASchedule)},
			{Says: "another time", Hold: emulated(aTimerIsSetAgain)},
			{Says: "timers that are cleared", Hold: emulated(aTimerIsCleared)},
			{Says: "errors", Hold: emulated(aTimerNeedsItsGroup)},
		},
		Gaps: []integration.Claim{
			{Says: "A schedule never invokes its target, and stays when its time has passed.", Hold: emulated(aTimerStays)},
		},
	}.Run(t)
}

// A service is the emulator's Scheduler with timers in a group of the test's own.
type service struct {
	*testing.T
	*timer.Timers
	client *scheduler.Client
	group  string
}

func emulated(hold func(s *service)) func(*testing.T) {
	return func(t *testing.T) {
		s := &service{T: t, client: scheduler.NewFromConfig(integration.Configuration(t)), group: integration.Name(t)}
		_, err := s.client.CreateScheduleGroup(t.Context(), &scheduler.CreateScheduleGroupInput{Name: &s.group})
		s.must(err)
		s.Timers = timer.New(s.client, s.group, target, role, dead, time.Now)
		hold(s)
	}
}

func (s *service) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// schedule returns the schedule of the kind wait's work "a/site/1" for that second.
func (s *service) schedule(at time.Time) (*scheduler.GetScheduleOutput, error) {
	second := at.Truncate(time.Second).Add(time.Second) // no time here is whole
	name := fmt.Sprintf("%s%d", timer.Prefix("wait", "a/site/1"), second.Unix())
	return s.client.GetSchedule(s.Context(), &scheduler.GetScheduleInput{GroupName: &s.group, Name: &name})
}

func (s *service) set(at time.Time) *scheduler.GetScheduleOutput {
	s.Helper()
	s.must(s.Set(s.Context(), "wait", "a/site/1", at))
	got, err := s.schedule(at)
	s.must(err)
	return got
}

var future = time.Date(2040, 1, 1, 6, 0, 0, 1, time.UTC)

func aTimerIsASchedule(s *service) {
	got := s.set(future)
	if aws.ToString(got.ScheduleExpression) != "at(2040-01-01T06:00:01)" || aws.ToString(got.ScheduleExpressionTimezone) != "UTC" ||
		got.ActionAfterCompletion != types.ActionAfterCompletionDelete || got.FlexibleTimeWindow.Mode != types.FlexibleTimeWindowModeOff {
		s.Errorf("it is %+v", got)
	}
	if to := got.Target; aws.ToString(to.Arn) != target || aws.ToString(to.RoleArn) != role || aws.ToString(to.DeadLetterConfig.Arn) != dead ||
		aws.ToString(to.Input) != strings.TrimPrefix(event("", "a/site/1"), " ") {
		s.Errorf("its target is %+v", to)
	}
}

func aTimerIsSetAgain(s *service) {
	s.set(future)
	s.set(future)
	if got := s.set(future.Add(time.Hour)); aws.ToString(got.ScheduleExpression) != "at(2040-01-01T07:00:01)" || aws.ToString(got.Target.Input) == "" {
		s.Errorf("it is %+v", got)
	}
}

func aTimerIsCleared(s *service) {
	s.set(future)
	s.set(future.Add(time.Hour))
	for range 2 { // the second finds nothing
		s.must(s.Clear(s.Context(), "wait", "a/site/1"))
	}
	var gone *types.ResourceNotFoundException
	for _, at := range []time.Time{future, future.Add(time.Hour)} {
		if _, err := s.schedule(at); !errors.As(err, &gone) {
			s.Errorf("asking for it comes to %v", err)
		}
	}
}

func aTimerNeedsItsGroup(s *service) {
	lost := timer.New(s.client, "no-such-group", target, role, dead, time.Now)
	if err := lost.Set(s.Context(), "wait", "a/site/1", future); err == nil || !strings.Contains(err.Error(), "set timer of wait work a/site/1") {
		s.Errorf("without its group it comes to %v", err)
	}
}

func aTimerStays(s *service) {
	_, err := s.client.CreateSchedule(s.Context(), &scheduler.CreateScheduleInput{Name: aws.String("past"), GroupName: &s.group,
		ScheduleExpression: aws.String("at(2020-01-01T06:00:00)"), ActionAfterCompletion: types.ActionAfterCompletionDelete,
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff}, Target: &types.Target{Arn: aws.String(target), RoleArn: aws.String(role)}})
	s.must(err)
	if _, err := s.client.GetSchedule(s.Context(), &scheduler.GetScheduleInput{GroupName: &s.group, Name: aws.String("past")}); err != nil {
		s.Errorf("asking for it comes to %v", err)
	}
}
