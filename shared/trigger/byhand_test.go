package trigger_test

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	eventsclient "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventstypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	schedulerclient "github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// updateSchedule changes the schedule shop_nightly as somebody does by hand.
func (w *world) updateSchedule(change func(*schedulerclient.UpdateScheduleInput)) {
	w.Helper()
	s, err := w.schedules.GetSchedule(context.Background(), &schedulerclient.GetScheduleInput{GroupName: aws.String("runbooks"), Name: aws.String("shop_nightly")})
	w.must(err)
	in := &schedulerclient.UpdateScheduleInput{GroupName: s.GroupName, Name: s.Name, State: s.State, ScheduleExpression: s.ScheduleExpression,
		ScheduleExpressionTimezone: s.ScheduleExpressionTimezone, FlexibleTimeWindow: s.FlexibleTimeWindow, Target: s.Target}
	change(in)
	_, err = w.schedules.UpdateSchedule(context.Background(), in)
	w.must(err)
}

func (w *world) createSchedule(name string) {
	w.Helper()
	_, err := w.schedules.CreateSchedule(context.Background(), &schedulerclient.CreateScheduleInput{GroupName: aws.String("runbooks"), Name: &name,
		ScheduleExpression: aws.String("rate(1 hour)"), FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
		Target: &schedulertypes.Target{Arn: aws.String(otherARN), RoleArn: aws.String(roleARN)}})
	w.must(err)
}

func (w *world) deleteSchedule(name string) {
	w.Helper()
	_, err := w.schedules.DeleteSchedule(context.Background(), &schedulerclient.DeleteScheduleInput{GroupName: aws.String("runbooks"), Name: &name})
	w.must(err)
}

// ruleOn returns the name of the one rule on a bus.
func (w *world) ruleOn(bus string) string {
	w.Helper()
	out, err := w.rules.ListRules(context.Background(), &eventsclient.ListRulesInput{EventBusName: &bus})
	w.must(err)
	if len(out.Rules) != 1 {
		w.Fatalf("bus %s has %d rules, want one", bus, len(out.Rules))
	}
	return *out.Rules[0].Name
}

func (w *world) putRule(name, pattern string, state eventstypes.RuleState) {
	w.Helper()
	_, err := w.rules.PutRule(context.Background(), &eventsclient.PutRuleInput{Name: &name, EventPattern: &pattern, State: state})
	w.must(err)
}

func (w *world) deleteRule(name string) {
	w.Helper()
	_, err := w.rules.DeleteRule(context.Background(), &eventsclient.DeleteRuleInput{Name: &name})
	w.must(err)
}

func (w *world) putTarget(rule string, target eventstypes.Target) {
	w.Helper()
	_, err := w.rules.PutTargets(context.Background(), &eventsclient.PutTargetsInput{Rule: &rule, Targets: []eventstypes.Target{target}})
	w.must(err)
}

func (w *world) removeTarget(rule string) {
	w.Helper()
	_, err := w.rules.RemoveTargets(context.Background(), &eventsclient.RemoveTargetsInput{Rule: &rule, Ids: []string{"startrunbook"}})
	w.must(err)
}

// inputs returns what [world.state] leaves out of shop_nightly and of the targets of rules.
func (w *world) inputs() string {
	w.Helper()
	var all []any
	s, err := w.schedules.GetSchedule(context.Background(), &schedulerclient.GetScheduleInput{GroupName: aws.String("runbooks"), Name: aws.String("shop_nightly")})
	if gone := (*schedulertypes.ResourceNotFoundException)(nil); !errors.As(err, &gone) {
		w.must(err)
		all = append(all, s.Target, s.FlexibleTimeWindow, s.ActionAfterCompletion, s.StartDate, s.EndDate)
	}
	rules, err := w.rules.ListRules(context.Background(), &eventsclient.ListRulesInput{})
	w.must(err)
	for _, r := range rules.Rules {
		targets, err := w.rules.ListTargetsByRule(context.Background(), &eventsclient.ListTargetsByRuleInput{Rule: r.Name})
		w.must(err)
		all = append(all, targets.Targets)
	}
	text, err := json.Marshal(all)
	w.must(err)
	return string(text)
}
