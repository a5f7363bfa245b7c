package local_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventbridgetypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/template"
	"slipway/shared/trigger"
)

func (w *world) scheduler() *scheduler.Client {
	return scheduler.NewFromConfig(w.stack.Configuration("operator1"))
}

func (w *world) eventbridge() *eventbridge.Client {
	return eventbridge.NewFromConfig(w.stack.Configuration("operator1"))
}

// schedules returns "<expression> in <time zone>, <state>" of the schedules of ops, by runbook.
func (w *world) schedules() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	pages := scheduler.NewListSchedulesPaginator(w.scheduler(), &scheduler.ListSchedulesInput{NamePrefix: aws.String("ops_")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, s := range page.Schedules {
			found, err := w.scheduler().GetSchedule(context.Background(), &scheduler.GetScheduleInput{GroupName: s.GroupName, Name: s.Name})
			if err != nil {
				w.t.Fatal(err)
			}
			all[strings.TrimPrefix(*s.Name, "ops_")] = fmt.Sprintf("%s in %s, %s", *found.ScheduleExpression, *found.ScheduleExpressionTimezone, found.State)
		}
	}
	return all
}

// rules returns the names of the rules that start runbooks of ops on a bus, with their
// descriptions, states and numbers of targets.
func (w *world) rules(bus string) map[string]string {
	w.t.Helper()
	found, err := w.eventbridge().ListRules(context.Background(), &eventbridge.ListRulesInput{EventBusName: &bus, NamePrefix: aws.String(trigger.RulePrefix + "ops_")})
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range found.Rules {
		targets, err := w.eventbridge().ListTargetsByRule(context.Background(), &eventbridge.ListTargetsByRuleInput{EventBusName: &bus, Rule: r.Name})
		if err != nil {
			w.t.Fatal(err)
		}
		all[*r.Name] = fmt.Sprintf("%s %s, %d targets", *r.Description, r.State, len(targets.Targets))
	}
	return all
}

// checkTriggers asserts that there are the schedules and the rules of the runbooks of
// ops that the API lists, and no others.
func (w *world) checkTriggers() {
	w.t.Helper()
	schedules, rules := map[string]string{}, map[string][]string{}
	for _, r := range read[api.RunbookList](w, "/projects/ops/runbooks").Runbooks {
		scheduled, ruled := types.ScheduleStateEnabled, eventbridgetypes.RuleStateEnabled
		if r.Paused != nil {
			scheduled, ruled = types.ScheduleStateDisabled, eventbridgetypes.RuleStateDisabled
		}
		if r.Schedule != "" {
			schedules[r.Name] = fmt.Sprintf("%s in %s, %s", r.Schedule, r.Timezone, scheduled)
		}
		for _, e := range r.Events {
			bus := "default"
			if e == "event on slipway" {
				bus = w.stack.Outputs()["EventBusName"]
			}
			rules[bus] = append(rules[bus], fmt.Sprintf("Starts runbook %s of project ops. %s, 1 targets", r.Name, ruled))
		}
	}
	if got := w.schedules(); !maps.Equal(got, schedules) {
		w.t.Errorf("schedules are %q, want %q", got, schedules)
	}
	for _, bus := range []string{"default", w.stack.Outputs()["EventBusName"]} {
		slices.Sort(rules[bus])
		if got := slices.Sorted(maps.Values(w.rules(bus))); !slices.Equal(got, rules[bus]) {
			w.t.Errorf("rules on %s are %q, want %q", bus, got, rules[bus])
		}
	}
}

// The runbooks of these tests: by schedule, and by events of both buses.
func nightly() runbookFile {
	return runbook("nightly", []string{lookStep}, "schedule: cron(0 3 * * ? *)", "timezone: Europe/Zurich")
}

func incident() runbookFile {
	return runbook("incident", []string{lookStep}, "on: [ { alarm: "+apiErrors+" }, { event: { detail-type: [deployment.failed.v1] } } ]")
}

func TestSchedulesAndRulesFollowTheFile(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), nightly(), incident())
	w.checkTriggers()
	weekly := runbook("weekly", []string{lookStep}, "schedule: rate(7 days)")
	later := runbook("nightly", []string{lookStep}, "schedule: cron(30 4 * * ? *)", "timezone: America/New_York")
	for i, runbooks := range [][]runbookFile{
		{nightly(), incident(), weekly},
		{later, incident()},
		{nightly(), runbook("incident", []string{lookStep})},
		{nightly(), runbook("incident", []string{lookStep}, "on: { alarm: "+apiErrors+" }")},
		{runbook("nightly", []string{lookStep}), incident()},
		nil,
		{nightly(), incident()},
	} {
		w.apply("ops", ops(runbooks...))
		w.run(time.Minute)
		w.checkTriggers()
		if list := read[api.RunbookList](w, "/projects/ops/runbooks").Runbooks; len(list) != len(runbooks) {
			t.Errorf("after file %d there are %d runbooks, want %d", i+1, len(list), len(runbooks))
		}
	}
	w.check()
}

func TestAFileThatIsRefusedLeavesTheTriggersAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), nightly(), incident())
	before := w.schedules()
	for _, refused := range []string{
		ops(runbook("nightly", []string{lookStep}, "schedule: cron(0 3 * * * *)")),
		ops(runbook("nightly", []string{lookStep}, "environments: [moon]", "schedule: rate(1 hour)")),
	} {
		w.apply("ops", refused)
		w.run(time.Minute)
		w.checkTriggers()
	}
	if got := w.schedules(); !maps.Equal(got, before) || len(happened[events.ProjectRejected](w)) != 2 {
		t.Errorf("schedules are %q, were %q", got, before)
	}
	w.check()
}

func TestAPausedRunbookHasTriggersThatDoNothing(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, nil), nightly(), incident())
	for _, runbook := range []string{"nightly", "incident"} {
		for range 2 { // the second time changes nothing
			if status := w.operate(manager, runbook, "pause"); status != http.StatusOK {
				t.Errorf("pause is answered with %d", status)
			}
		}
	}
	w.run(time.Minute)
	w.checkTriggers()
	w.setAlarm("ALARM")
	w.setAlarm("OK")
	w.run(3 * 24 * time.Hour)
	w.apply("ops", ops(nightly(), incident(), runbook("other", []string{lookStep})))
	w.run(time.Minute)
	w.checkTriggers()
	if runs := happened[events.RunbookRequested](w); len(runs) != 0 {
		t.Errorf("runs: %+v", runs)
	}
	w.startedRun("nightly") // by hand all the same
	w.operate(manager, "nightly", "resume")
	w.run(24 * time.Hour)
	w.checkTriggers()
	w.check()
	w.wantsRuns("nightly", "succeeded", "succeeded")
	if n := len(happened[events.RunbookPaused](w)) + len(happened[events.RunbookResumed](w)); n != 3 {
		t.Errorf("%d pauses and resumptions are recorded, want 3", n)
	}
}

// TestASlotUnderWayWhenARunbookIsPausedIsSkippedAndToldWhy is about a delivery that is late.
func TestASlotUnderWayWhenARunbookIsPausedIsSkippedAndToldWhy(t *testing.T) {
	t.Parallel()
	w := newOps(newWorld(t, 1, lateWith(trigger.Due)), nightly())
	w.clock.RunUntil(time.Date(2026, time.November, 23, 2, 30, 0, 0, time.UTC)) // half an hour after the slot
	w.operate(manager, "nightly", "pause")
	w.run(2 * time.Hour)
	w.check()
	skipped := happened[events.RunbookSkipped](w)
	if len(skipped) != 1 || skipped[0].Reason != "its triggers were paused by "+manager || !skipped[0].Trigger.Slot.Equal(time.Date(2026, time.November, 23, 2, 0, 0, 0, time.UTC)) {
		t.Errorf("skipped: %+v", skipped)
	}
	w.wantsRuns("nightly")
}

// spoil changes triggers of ops by hand in every way that has an effect.
func (w *world) spoil() {
	w.t.Helper()
	ctx := context.Background()
	fail := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	group := aws.String(w.group())
	found, err := w.scheduler().GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: group, Name: aws.String("ops_nightly")})
	fail(err)
	_, err = w.scheduler().UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{GroupName: group, Name: found.Name, State: types.ScheduleStateDisabled,
		ScheduleExpression: aws.String("rate(1 minute)"), FlexibleTimeWindow: found.FlexibleTimeWindow, Target: found.Target})
	fail(err)
	_, err = w.scheduler().CreateSchedule(ctx, &scheduler.CreateScheduleInput{GroupName: group, Name: aws.String("ops_stranger"), State: types.ScheduleStateDisabled,
		ScheduleExpression: aws.String("rate(1 minute)"), FlexibleTimeWindow: found.FlexibleTimeWindow, Target: found.Target})
	fail(err)
	_, err = w.scheduler().DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{GroupName: group, Name: aws.String("ops_weekly")})
	fail(err)
	for bus, rules := range map[string]map[string]string{"default": w.rules("default"), w.stack.Outputs()["EventBusName"]: w.rules(w.stack.Outputs()["EventBusName"])} {
		for name := range rules {
			_, err = w.eventbridge().DisableRule(ctx, &eventbridge.DisableRuleInput{EventBusName: &bus, Name: &name})
			fail(err)
			_, err = w.eventbridge().RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{EventBusName: &bus, Rule: &name, Ids: []string{"startrunbook"}})
			fail(err)
		}
		_, err = w.eventbridge().PutRule(ctx, &eventbridge.PutRuleInput{EventBusName: &bus, Name: aws.String(trigger.RulePrefix + "ops_0123456789ab"),
			State: eventbridgetypes.RuleStateDisabled, EventPattern: aws.String(`{"source":["aws.s3"]}`)})
		fail(err)
	}
}

// group returns the group of the schedules that start runbooks.
func (w *world) group() string {
	w.t.Helper()
	page, err := w.scheduler().ListSchedules(context.Background(), &scheduler.ListSchedulesInput{NamePrefix: aws.String("ops_")})
	if err != nil || len(page.Schedules) == 0 {
		w.t.Fatalf("%v, %+v", err, page)
	}
	return *page.Schedules[0].GroupName
}

func TestWhatSomebodyHasChangedOfTriggersByHandIsPutRight(t *testing.T) {
	t.Parallel()
	file := []runbookFile{nightly(), incident(), runbook("weekly", []string{lookStep}, "schedule: rate(7 days)")}
	for name, mend := range map[string]func(*world){
		"within an hour":                 func(w *world) { w.run(time.Hour) },
		"by applying the file again":     func(w *world) { w.apply("ops", ops(file...)); w.run(time.Minute) },
		"by applying it through the API": func(w *world) { w.applyByAPI(ops(file...)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newOps(newWorldOf(t, template.JSON, 1, nil), file...)
			w.spoil()
			mend(w)
			w.checkTriggers()
			w.check()
		})
	}
}

// applyByAPI puts a project file of ops into force as the command line does.
func (w *world) applyByAPI(source string) {
	w.t.Helper()
	r, answer := httptest.NewRequest(http.MethodPut, "/projects/ops", strings.NewReader(source)), httptest.NewRecorder()
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+manager+"/20261122/us-east-1/lambda/aws4_request, Signature=0")
	if w.stack.API().ServeHTTP(answer, r); answer.Code != http.StatusOK {
		w.t.Fatalf("apply is answered with %d: %s", answer.Code, answer.Body)
	}
}
