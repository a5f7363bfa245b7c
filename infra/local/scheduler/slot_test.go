package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"slipway/infra/local/scheduler"
)

func pointer[T any](v T) *T { return &v }

func TestSchedulesRunAtTheirSlots(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scheduler.Spec)
		want   string
	}{
		"a rate runs at once and then at its rate": {func(s *scheduler.Spec) { s.ScheduleExpression = "rate(20 minutes)" }, "08:00:00 08:20:00 08:40:00 09:00:00"},
		"a rate begins at its start": {func(s *scheduler.Spec) {
			s.ScheduleExpression, s.StartDate = "rate(20 minutes)", pointer(start.Add(25*time.Minute))
		}, "08:25:00 08:45:00"},
		"a rate keeps the phase of a start in the past": {func(s *scheduler.Spec) {
			s.ScheduleExpression, s.StartDate = "rate(40 minutes)", pointer(start.Add(-30*time.Minute))
		}, "08:10:00 08:50:00"},
		"cron has its zone": {func(s *scheduler.Spec) {
			s.ScheduleExpression, s.ScheduleExpressionTimezone = "cron(10 14 * * ? *)", "Asia/Kathmandu"
		}, "08:25:00"},
		"start and end belong to the time between": {func(s *scheduler.Spec) {
			s.ScheduleExpression, s.StartDate, s.EndDate = "cron(0/10 * * * ? *)", pointer(start.Add(20*time.Minute)), pointer(start.Add(40*time.Minute))
		}, "08:20:00 08:30:00 08:40:00"},
		"a one-time schedule runs once, whatever the dates": {func(s *scheduler.Spec) {
			s.ScheduleExpression, s.EndDate = "at(2026-11-22T08:30:15)", pointer(start)
		}, "08:30:15"},
		"a time in the past has no slot":  {func(s *scheduler.Spec) { s.ScheduleExpression = "at(2026-11-22T07:59:59)" }, ""},
		"a disabled schedule doesn't run": {func(s *scheduler.Spec) { s.ScheduleExpression, s.State = "rate(1 minute)", scheduler.Disabled }, ""},
		"nor does one that ends beforehand": {func(s *scheduler.Spec) {
			s.ScheduleExpression, s.EndDate = "cron(30 8 * * ? *)", pointer(start.Add(29*time.Minute))
		}, ""},
	} {
		r := newRig(t)
		s := spec("s", "")
		c.change(&s)
		r.create(s)
		r.run(time.Hour)
		if got := r.ran(); got != c.want || len(r.reports) > 0 {
			t.Errorf("%s: ran at %s, want %s; reports %q", name, got, c.want, r.reports)
		}
	}
}

func TestAFlexibleWindowSpreadsInvocationsTheSameWayEachTime(t *testing.T) {
	runs := func() string {
		r := newRig(t)
		s := spec("s", "cron(0/20 * * * ? *)")
		s.FlexibleTimeWindow = scheduler.FlexibleTimeWindow{Mode: scheduler.WindowFlexible, MaximumWindowInMinutes: 15}
		r.create(s)
		r.run(2 * time.Hour)
		return r.ran()
	}
	got := runs()
	if again := runs(); got != again {
		t.Errorf("ran at %s, then at %s", got, again)
	}
	different := map[time.Duration]bool{}
	for invocation := range strings.SplitSeq(got, " ") {
		at, slot, shifted := strings.Cut(strings.TrimSuffix(invocation, ")"), "(")
		if !shifted {
			slot = at
		}
		from, err1 := time.Parse(time.TimeOnly, slot)
		to, err2 := time.Parse(time.TimeOnly, at)
		if offset := to.Sub(from); err1 != nil || err2 != nil || offset < 0 || offset >= 15*time.Minute {
			t.Errorf("invocation %s is not within the window", invocation)
		} else {
			different[offset] = true
		}
	}
	if len(different) < 3 {
		t.Errorf("all invocations have nearly the same offset: %s", got)
	}
}

func TestACompletedScheduleIsDeletedWhenItAsksForIt(t *testing.T) {
	r := newRig(t)
	s := spec("once", "at(2026-11-22T08:30:00)")
	s.ActionAfterCompletion = scheduler.DeleteAfterCompletion
	r.create(s)
	r.create(spec("kept", "at(2026-11-22T08:30:00)"))
	r.failing = 1
	r.run(30 * time.Minute)
	if status, _ := r.call("GET", "/schedules/once", ""); status != 200 {
		t.Errorf("while its delivery is tried again: status %d", status)
	}
	r.run(time.Minute)
	if got := r.ran(); got != "08:30:00 08:30:01(08:30:00)" {
		t.Errorf("ran at %s", got)
	}
	if status, _ := r.call("GET", "/schedules/once", ""); status != 404 {
		t.Errorf("afterwards: status %d", status)
	}
	if status, _ := r.call("GET", "/schedules/kept", ""); status != 200 {
		t.Errorf("the other one: status %d", status)
	}
	r.restart(r.store)
	r.create(s) // the stack still declares it
	r.resume()
	r.run(48 * time.Hour)
	if status, _ := r.call("GET", "/schedules/once", ""); status != 404 || len(r.kept("test/payloads")) != 2 {
		t.Errorf("after a restart: status %d, ran at %s", status, r.ran())
	}
}

func TestMissedSlotsAreDeliveredLateUnlessTheyAreTooOld(t *testing.T) {
	r := newRig(t)
	s := spec("s", "cron(0 * * * ? *)")
	s.Target.RetryPolicy = &scheduler.RetryPolicy{MaximumEventAgeInSeconds: pointer(2 * 60 * 60)}
	r.create(s)
	r.run(90 * time.Minute) // 9:30
	r.restart(r.store)
	r.run(5 * time.Hour) // nobody is there until 14:30
	r.create(s)
	r.resume()
	r.run(30 * time.Minute)
	if got := r.ran(); got != "09:00:00 14:30:00(13:00:00) 14:30:00(14:00:00) 15:00:00" {
		t.Errorf("ran at %s", got)
	}
	want := "schedule arn:aws:scheduler:us-east-1:000000000000:schedule/default/s: 3 slots from 2026-11-22T10:00:00Z to 2026-11-22T12:00:00Z " +
		"were missed for longer than the maximum event age of 2h0m0s, and are dropped"
	if len(r.reports) != 1 || r.reports[0] != want {
		t.Errorf("reports %q", r.reports)
	}
}

func TestTheStackChangesAScheduleOnlyWhenItsSpecChanges(t *testing.T) {
	r := newRig(t)
	r.create(spec("s", "rate(40 minutes)"))
	r.run(10 * time.Minute)
	if status, body := r.call("DELETE", "/schedules/s", ""); status != 200 {
		t.Fatal(body)
	}
	r.create(spec("s", "rate(40 minutes)")) // as it was declared before
	r.run(time.Hour)
	if got := r.ran(); got != "08:00:00" {
		t.Errorf("ran at %s", got)
	}
	changed := spec("s", "rate(40 minutes)")
	changed.Description = "every forty minutes"
	r.create(changed)
	r.run(10 * time.Minute)
	changed.Target.Input = `{"t":"<aws.scheduler.scheduled-time>"}`
	r.create(changed) // leaves the slots as they are
	r.run(time.Hour)
	if got := r.ran(); got != "08:00:00 09:10:00 09:50:00" {
		t.Errorf("ran at %s", got)
	}
}

func TestAWrongSpecIsRefused(t *testing.T) {
	r := newRig(t)
	for name, change := range map[string]func(*scheduler.Spec){
		"Schedule group none does not exist.":       func(s *scheduler.Spec) { s.GroupName = "none" },
		"'name' failed":                             func(s *scheduler.Spec) { s.Name = "a b" },
		"Invalid Schedule Expression rate(1 week)":  func(s *scheduler.Spec) { s.ScheduleExpression = "rate(1 week)" },
		`time zone "Mars"`:                          func(s *scheduler.Spec) { s.ScheduleExpressionTimezone = "Mars" },
		"'flexibleTimeWindow.mode' failed":          func(s *scheduler.Spec) { s.FlexibleTimeWindow.Mode = "" },
		"must be between 1 and 1440":                func(s *scheduler.Spec) { s.FlexibleTimeWindow.Mode = scheduler.WindowFlexible },
		"be absent when the mode is OFF":            func(s *scheduler.Spec) { s.FlexibleTimeWindow.MaximumWindowInMinutes = 5 },
		"'state' failed":                            func(s *scheduler.Spec) { s.State = "PAUSED" },
		"'actionAfterCompletion' failed":            func(s *scheduler.Spec) { s.ActionAfterCompletion = "STOP" },
		"'kmsKeyArn' failed":                        func(s *scheduler.Spec) { s.KmsKeyArn = "key" },
		"'target.roleArn' failed":                   func(s *scheduler.Spec) { s.Target.RoleArn = "" },
		"'target.arn' failed":                       func(s *scheduler.Spec) { s.Target.Arn = "" },
		"at 'target.arn' is not supported: no such": func(s *scheduler.Spec) { s.Target.Arn = "arn:aws:kinesis:x" },
		"'target.input' failed":                     func(s *scheduler.Spec) { s.Target.Input = "not JSON" },
		"'target.deadLetterConfig.arn' failed":      func(s *scheduler.Spec) { s.Target.DeadLetterConfig = &scheduler.DeadLetterConfig{Arn: "q.fifo"} },
		"'endDate' failed to satisfy constraint":    func(s *scheduler.Spec) { s.StartDate, s.EndDate = &start, &start },
		"'target.retryPolicy.maximumRetryAttempts'": func(s *scheduler.Spec) {
			s.Target.RetryPolicy = &scheduler.RetryPolicy{MaximumRetryAttempts: pointer(186)}
		},
		"'target.retryPolicy.maximumEventAgeInSeconds'": func(s *scheduler.Spec) {
			s.Target.RetryPolicy = &scheduler.RetryPolicy{MaximumEventAgeInSeconds: pointer(59)}
		},
	} {
		s := spec("s", "rate(1 day)")
		change(&s)
		if err := r.engine.CreateSchedule(s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one with %s", err, name)
		}
	}
	text := spec("s", "rate(1 day)")
	text.Target.Arn, text.Target.Input = queueARN, "not JSON"
	r.create(text) // a queue takes any text
}
