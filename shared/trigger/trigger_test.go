package trigger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	eventsclient "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventstypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	schedulerclient "github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"slipway/shared/pipeline"
	"slipway/shared/trigger"
)

// The patterns of the events below.
const (
	alarmed  = `{"source":["aws.cloudwatch"],"detail":{"alarmName":["errors"]}}`
	released = `{"source":["slipway"],"detail-type":["release.created.v1"]}`
)

// scheduled returns a runbook with a schedule.
func scheduled(name, expression, timezone string) trigger.Wanted {
	return trigger.Wanted{Runbook: pipeline.Runbook{Name: name, Schedule: &pipeline.RunbookSchedule{Expression: expression, Timezone: timezone}}}
}

// reacting returns a runbook that events start.
func reacting(name string, events ...pipeline.RunbookEvent) trigger.Wanted {
	return trigger.Wanted{Runbook: pipeline.Runbook{Name: name, Events: events}}
}

func on(bus pipeline.Bus, pattern string) pipeline.RunbookEvent {
	return pipeline.RunbookEvent{Bus: bus, Pattern: json.RawMessage(pattern)}
}

func paused(w trigger.Wanted) trigger.Wanted {
	w.Paused = true
	return w
}

// The lines of [world.state] for what is wanted below.
const (
	nightly     = "schedule runbooks/shop_nightly cron(0 3 * * ? *) Europe/Zurich ENABLED " + functionARN
	onAlarm     = "rule default/Slipway-Runbook_shop_# " + alarmed + " ENABLED startrunbook=" + functionARN
	onRelease   = "rule slipway/Slipway-Runbook_shop_# " + released + " ENABLED startrunbook=" + functionARN
	onAlarmOff  = "rule default/Slipway-Runbook_shop_# " + alarmed + " DISABLED startrunbook=" + functionARN
	onReleaseBy = "rule default/Slipway-Runbook_shop_# " + released + " ENABLED startrunbook=" + functionARN
)

func TestTriggersAreThoseOfTheFile(t *testing.T) {
	w := newWorld(t)
	night := scheduled("nightly", "cron(0 3 * * ? *)", "Europe/Zurich")
	incident := reacting("incident", on(pipeline.BusDefault, alarmed), on(pipeline.BusSlipway, released))
	for _, c := range []struct {
		what     string
		runbooks []trigger.Wanted
		want     []string
	}{
		{"made", []trigger.Wanted{night, incident}, []string{onAlarm, onRelease, nightly}},
		{"another expression", []trigger.Wanted{scheduled("nightly", "rate(1 day)", "Europe/Zurich"), incident},
			[]string{onAlarm, onRelease, strings.Replace(nightly, "cron(0 3 * * ? *)", "rate(1 day)", 1)}},
		{"another zone", []trigger.Wanted{scheduled("nightly", "rate(1 day)", "UTC"), incident},
			[]string{onAlarm, onRelease, strings.Replace(nightly, "cron(0 3 * * ? *) Europe/Zurich", "rate(1 day) UTC", 1)}},
		{"paused", []trigger.Wanted{paused(night), paused(reacting("incident", on(pipeline.BusDefault, alarmed)))},
			[]string{onAlarmOff, strings.Replace(nightly, "ENABLED", "DISABLED", 1)}},
		{"resumed", []trigger.Wanted{night, reacting("incident", on(pipeline.BusDefault, alarmed))}, []string{onAlarm, nightly}},
		{"another pattern", []trigger.Wanted{night, reacting("incident", on(pipeline.BusDefault, released))}, []string{onReleaseBy, nightly}},
		{"another bus", []trigger.Wanted{night, reacting("incident", on(pipeline.BusSlipway, released))}, []string{onRelease, nightly}},
		{"another name", []trigger.Wanted{scheduled("nocturnal", "cron(0 3 * * ? *)", "Europe/Zurich")},
			[]string{strings.Replace(nightly, "nightly", "nocturnal", 1)}},
		{"started only by hand", []trigger.Wanted{{Runbook: pipeline.Runbook{Name: "nocturnal"}}}, nil},
		{"dropped", nil, nil},
	} {
		w.sync("shop", c.runbooks...)
		t.Log(c.what)
		w.holds(c.want...)
		w.settled("shop", c.runbooks...)
	}
}

func TestAPatternThatIsWrittenOtherwiseIsTheSame(t *testing.T) {
	w := newWorld(t)
	w.sync("shop", reacting("incident", on(pipeline.BusDefault, alarmed)))
	w.settled("shop", reacting("incident", on(pipeline.BusDefault, `{ "detail": {"alarmName": ["errors"]}, "source": ["aws.cloudwatch"] }`)))
}

func TestWhatBelongsToOthersIsLeftAlone(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	for _, project := range []string{"a", "a-b", "ab"} {
		w.sync(project, scheduled("b", "rate(1 day)", "UTC"), reacting("b", on(pipeline.BusDefault, alarmed), on(pipeline.BusSlipway, released)))
	}
	for group, name := range map[string]string{"runbooks": "foreign", "others": "a_b"} {
		_, err := w.schedules.CreateSchedule(ctx, &schedulerclient.CreateScheduleInput{GroupName: &group, Name: &name, ScheduleExpression: aws.String("rate(1 day)"),
			FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
			Target:             &schedulertypes.Target{Arn: aws.String(otherARN), RoleArn: aws.String(roleARN)}})
		w.must(err)
	}
	for _, name := range []string{"a", "a_b", "Slipway-Runbook"} {
		_, err := w.rules.PutRule(ctx, &eventsclient.PutRuleInput{Name: &name, EventPattern: aws.String(alarmed)})
		w.must(err)
	}
	all := strings.Split(w.state(), "\n")
	w.sync("a")
	var want []string
	for _, line := range all {
		if !strings.Contains(line, "runbooks/a_") && !strings.Contains(line, "Slipway-Runbook_a_") {
			want = append(want, line)
		}
	}
	if len(want) != len(all)-3 {
		t.Fatalf("project a has %d triggers, want 3", len(all)-len(want))
	}
	w.holds(want...)
}

func TestASchedulesChangeByHandIsPutRight(t *testing.T) {
	for what, change := range map[string]func(s *schedulerclient.UpdateScheduleInput){
		"expression": func(s *schedulerclient.UpdateScheduleInput) { s.ScheduleExpression = aws.String("rate(1 day)") },
		"zone":       func(s *schedulerclient.UpdateScheduleInput) { s.ScheduleExpressionTimezone = nil },
		"state":      func(s *schedulerclient.UpdateScheduleInput) { s.State = schedulertypes.ScheduleStateDisabled },
		"window": func(s *schedulerclient.UpdateScheduleInput) {
			s.FlexibleTimeWindow = &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(5)}
		},
		"start": func(s *schedulerclient.UpdateScheduleInput) { s.StartDate = aws.Time(start.Add(day)) },
		"end":   func(s *schedulerclient.UpdateScheduleInput) { s.EndDate = aws.Time(start.Add(day)) },
		"completion": func(s *schedulerclient.UpdateScheduleInput) {
			s.ActionAfterCompletion = schedulertypes.ActionAfterCompletionDelete
		},
		"function": func(s *schedulerclient.UpdateScheduleInput) { s.Target.Arn = aws.String(otherARN) },
		"role":     func(s *schedulerclient.UpdateScheduleInput) { s.Target.RoleArn = aws.String(roleARN + "2") },
		"input":    func(s *schedulerclient.UpdateScheduleInput) { s.Target.Input = aws.String("{}") },
		"queue":    func(s *schedulerclient.UpdateScheduleInput) { s.Target.DeadLetterConfig = nil },
		"retries":  func(s *schedulerclient.UpdateScheduleInput) { s.Target.RetryPolicy.MaximumRetryAttempts = aws.Int32(0) },
	} {
		putRight(t, what, func(w *world, _ string) { w.updateSchedule(change) })
	}
	putRight(t, "schedule that is gone", func(w *world, _ string) { w.deleteSchedule("shop_nightly") })
	putRight(t, "schedule too many", func(w *world, _ string) { w.createSchedule("shop_hourly") })
}

func TestARulesChangeByHandIsPutRight(t *testing.T) {
	mine := eventstypes.Target{Id: aws.String("mine"), Arn: aws.String(otherARN)}
	for what, change := range map[string]func(w *world, rule string){
		"pattern": func(w *world, rule string) { w.putRule(rule, released, eventstypes.RuleStateEnabled) },
		"state":   func(w *world, rule string) { w.putRule(rule, alarmed, eventstypes.RuleStateDisabled) },
		"target's input": func(w *world, rule string) {
			w.putTarget(rule, eventstypes.Target{Id: aws.String("startrunbook"), Arn: aws.String(functionARN)})
		},
		"target's function": func(w *world, rule string) {
			w.putTarget(rule, eventstypes.Target{Id: aws.String("startrunbook"), Arn: aws.String(otherARN)})
		},
		"second target": func(w *world, rule string) { w.putTarget(rule, mine) },
		"target's id":   func(w *world, rule string) { w.removeTarget(rule); w.putTarget(rule, mine) },
		"target":        func(w *world, rule string) { w.removeTarget(rule) },
		"rule":          func(w *world, rule string) { w.removeTarget(rule); w.deleteRule(rule) },
		"rule too many": func(w *world, _ string) {
			w.putRule("Slipway-Runbook_shop_mine", alarmed, eventstypes.RuleStateEnabled)
			w.putTarget("Slipway-Runbook_shop_mine", mine)
		},
	} {
		putRight(t, what, change)
	}
}

// putRight holds that triggers are as before after somebody has changed them, given the
// name of their rule.
func putRight(t *testing.T, what string, change func(w *world, rule string)) {
	t.Helper()
	runbooks := []trigger.Wanted{scheduled("nightly", "cron(0 3 * * ? *)", "Europe/Zurich"), reacting("incident", on(pipeline.BusDefault, alarmed))}
	w := newWorld(t)
	w.sync("shop", runbooks...)
	before := w.state() + w.inputs()
	change(w, w.ruleOn("default"))
	if w.state()+w.inputs() == before {
		t.Errorf("%s: it is not changed", what)
	}
	w.sync("shop", runbooks...)
	if got := w.state() + w.inputs(); got != before {
		t.Errorf("%s: the engines hold\n%s\nwant\n%s", what, got, before)
	}
	w.settled("shop", runbooks...)
}

func TestManyTriggersAreReadPageByPage(t *testing.T) {
	w := newWorld(t)
	var runbooks []trigger.Wanted
	for i := range 120 {
		r := scheduled(fmt.Sprintf("r%d", i), "rate(1 day)", "UTC")
		r.Runbook.Events = []pipeline.RunbookEvent{on(pipeline.BusDefault, alarmed)}
		runbooks = append(runbooks, r)
	}
	w.sync("shop", runbooks...)
	w.settled("shop", runbooks...)
	w.sync("shop", runbooks[:1]...)
	if got := strings.Count(w.state(), "\n") + 1; got != 2 {
		t.Errorf("%d triggers are left, want 2", got)
	}
}

func TestOneThatIsRefusedHoldsNoOtherUp(t *testing.T) {
	w := newWorld(t)
	err := w.triggers.Sync(context.Background(), "shop", []trigger.Wanted{scheduled("broken", "rate(1 fortnight)", "UTC"), scheduled("nightly", "cron(0 3 * * ? *)", "Europe/Zurich"),
		reacting("broken", on(pipeline.BusDefault, `{"source":"x"}`)), reacting("incident", on(pipeline.BusDefault, alarmed))})
	if err == nil || !strings.Contains(err.Error(), "keep the triggers of project shop in step: schedule shop_broken: ") || !strings.Contains(err.Error(), "\nrule Slipway-Runbook_shop_") {
		t.Errorf("the error is %v", err)
	}
	w.holds(onAlarm, nightly)
}

func TestTheLongestNamesFit(t *testing.T) {
	w := newWorld(t)
	project, runbook := strings.Repeat("p", 30), strings.Repeat("r", 30)
	r := scheduled(runbook, "rate(1 day)", "UTC")
	for range pipeline.MaxRunbookEvents {
		r.Runbook.Events = append(r.Runbook.Events, on(pipeline.BusDefault, alarmed))
	}
	w.sync(project, r)
	if got := strings.Count(w.state(), "\n") + 1; got != 1+pipeline.MaxRunbookEvents {
		t.Errorf("%d triggers are there, want %d", got, 1+pipeline.MaxRunbookEvents)
	}
	w.settled(project, r)
}

func TestCrashesAreMendedByTheNextCall(t *testing.T) {
	before := []trigger.Wanted{scheduled("changes", "rate(1 day)", "UTC"), scheduled("goes", "rate(1 day)", "UTC"),
		reacting("changes", on(pipeline.BusDefault, released)), reacting("goes", on(pipeline.BusSlipway, released))}
	after := []trigger.Wanted{scheduled("changes", "rate(2 days)", "UTC"), scheduled("comes", "rate(1 day)", "UTC"),
		reacting("changes", on(pipeline.BusDefault, alarmed)), reacting("comes", on(pipeline.BusSlipway, released))}
	whole := newWorld(t)
	whole.sync("shop", before...)
	whole.requests = 0
	whole.sync("shop", after...)
	for n := 1; n <= whole.requests; n++ {
		for name, fate := range map[string]func(request int) loss{
			"never arrives":                 func(i int) loss { return map[bool]loss{true: lostBefore}[i == n] },
			"is not answered":               func(i int) loss { return map[bool]loss{true: lostAfter}[i == n] },
			"and all further ones are lost": func(i int) loss { return map[bool]loss{true: lostBefore}[i >= n] },
			"is the last, and isn't answered": func(i int) loss {
				return map[bool]loss{true: lostBefore}[i > n] + map[bool]loss{true: lostAfter}[i == n]
			},
		} {
			w := newWorld(t)
			w.sync("shop", before...)
			w.requests, w.lose = 0, fate
			if err := w.triggers.Sync(t.Context(), "shop", after); err == nil {
				t.Errorf("request %d %s, and no error tells", n, name)
			}
			w.lose = func(int) loss { return arrives }
			w.sync("shop", after...)
			if got, want := w.state(), whole.state(); got != want {
				t.Errorf("request %d %s: afterwards the engines hold\n%s\nwant\n%s", n, name, got, want)
			}
			w.settled("shop", after...)
		}
	}
}

// TestTheScheduleOfALastSlotStaysUntilItIsDelivered has the slot under way.
func TestTheScheduleOfALastSlotStaysUntilItIsDelivered(t *testing.T) {
	w := newWorld(t)
	over := func(of trigger.Wanted) trigger.Wanted {
		of.Over = true
		return of
	}
	once, later := scheduled("once", "at(2026-11-22T09:00:00)", "UTC"), scheduled("once", "at(2026-11-22T07:00:00)", "UTC")
	line := "schedule runbooks/shop_once at(2026-11-22T09:00:00) UTC ENABLED " + functionARN
	w.sync("shop", over(once)) // it isn't made any more
	w.holds()
	w.sync("shop", once)
	w.settled("shop", over(once))
	w.settled("shop", over(paused(once)))
	w.holds(line)
	w.sync("shop", over(later)) // the file asks for another time, which has passed, too
	w.holds()
	w.sync("shop", once)
	w.sync("shop", trigger.Wanted{Runbook: pipeline.Runbook{Name: "once"}}) // it is long over
	w.holds()
}
