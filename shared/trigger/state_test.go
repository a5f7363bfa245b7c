package trigger_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	eventsclient "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	schedulerclient "github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// hashed is how the names of rules end that start runbooks.
var hashed = regexp.MustCompile(`_[0-9a-f]{12} `)

// state returns what the engines hold, a line for each schedule and each rule, sorted.
func (w *world) state() string {
	w.Helper()
	lines := slices.Concat(w.heldSchedules(), w.heldRules("default"), w.heldRules("slipway"))
	for i, line := range lines {
		lines[i] = hashed.ReplaceAllString(line, "_# ")
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// holds compares what the engines hold with lines.
func (w *world) holds(lines ...string) {
	w.Helper()
	if got, want := w.state(), strings.Join(lines, "\n"); got != want {
		w.Errorf("the engines hold\n%s\nwant\n%s", got, want)
	}
}

func (w *world) heldSchedules() []string {
	w.Helper()
	var all []string
	pages := schedulerclient.NewListSchedulesPaginator(w.schedules, &schedulerclient.ListSchedulesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		w.must(err)
		for _, listed := range page.Schedules {
			s, err := w.schedules.GetSchedule(context.Background(), &schedulerclient.GetScheduleInput{GroupName: listed.GroupName, Name: listed.Name})
			w.must(err)
			all = append(all, fmt.Sprintf("schedule %s/%s %s %s %s %s", *s.GroupName, *s.Name, *s.ScheduleExpression, *s.ScheduleExpressionTimezone, s.State, *s.Target.Arn))
		}
	}
	return all
}

func (w *world) heldRules(bus string) []string {
	w.Helper()
	var all []string
	in := &eventsclient.ListRulesInput{EventBusName: &bus}
	for {
		page, err := w.rules.ListRules(context.Background(), in)
		w.must(err)
		for _, r := range page.Rules {
			targets, err := w.rules.ListTargetsByRule(context.Background(), &eventsclient.ListTargetsByRuleInput{EventBusName: &bus, Rule: r.Name})
			w.must(err)
			var to []string
			for _, target := range targets.Targets {
				to = append(to, *target.Id+"="+*target.Arn)
			}
			all = append(all, fmt.Sprintf("rule %s/%s %s %s %s", bus, *r.Name, *r.EventPattern, r.State, strings.Join(to, ",")))
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return all
		}
	}
}
