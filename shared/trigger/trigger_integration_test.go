//go:build integration

package trigger_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	eventsclient "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventstypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	schedulerclient "github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"slipway/scripts/integration"
	"slipway/shared/pipeline"
	"slipway/shared/trigger"
)

// TestIntegration holds the triggers against a Scheduler and an EventBridge that others
// have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "triggers",
		Holds: []integration.Claim{
			{Says: "triggers made, changed, paused and removed", Hold: emulated(triggersFollowTheFile)},
			{Says: "changes by hand put right", Hold: emulated(changesByHandArePutRight)},
			{Says: "schedules and rules page by page", Hold: emulated(manyTriggersAreRead)},
			{Says: "others left alone", Hold: emulated(othersAreLeftAlone)},
		},
		Gaps: []integration.Claim{
			{Says: "A schedule may have any expression and any time zone.", Hold: emulated(anyExpressionIsTaken)},
		},
	}.Run(t)
}

// A cloud is the emulator's Scheduler and EventBridge, with triggers that have a group
// and a bus of the test's own, and a project of its name.
type cloud struct {
	*testing.T
	schedules *schedulerclient.Client
	rules     *eventsclient.Client
	triggers  *trigger.Triggers
	project   string
	config    trigger.Config
	writes    []string // of all clients
}

func emulated(hold func(c *cloud)) func(*testing.T) {
	return func(t *testing.T) {
		configuration := integration.Configuration(t)
		c := &cloud{T: t, project: strings.Trim(fmt.Sprintf("%.24s", integration.Name(t)), "-"), config: config()}
		configuration.HTTPClient = written{configuration.HTTPClient, c}
		c.schedules, c.rules = schedulerclient.NewFromConfig(configuration), eventsclient.NewFromConfig(configuration)
		c.config.Group, c.config.Bus = c.project, c.project
		_, err := c.schedules.CreateScheduleGroup(t.Context(), &schedulerclient.CreateScheduleGroupInput{Name: &c.config.Group})
		c.must(err)
		_, err = c.rules.CreateEventBus(t.Context(), &eventsclient.CreateEventBusInput{Name: &c.config.Bus})
		c.must(err)
		c.triggers = trigger.New(c.config, c.schedules, c.rules)
		hold(c)
	}
}

// A written client notes the requests that change something.
type written struct {
	aws.HTTPClient
	cloud *cloud
}

// Do implements [aws.HTTPClient].
func (w written) Do(r *http.Request) (*http.Response, error) {
	if operation := operation(r); changes(operation) {
		w.cloud.writes = append(w.cloud.writes, operation)
	}
	return w.HTTPClient.Do(r)
}

func (c *cloud) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// sync makes the triggers those of the runbooks, and again, which must write nothing.
func (c *cloud) sync(runbooks ...trigger.Wanted) {
	c.Helper()
	c.must(c.triggers.Sync(c.Context(), c.project, runbooks))
	c.writes = nil
	c.must(c.triggers.Sync(c.Context(), c.project, runbooks))
	if len(c.writes) > 0 {
		c.Errorf("a further call makes %q", c.writes)
	}
}

// held returns the project's schedules and rules, with the number of their targets.
func (c *cloud) held() string {
	c.Helper()
	var all []string
	listed, err := c.schedules.ListSchedules(c.Context(), &schedulerclient.ListSchedulesInput{GroupName: &c.config.Group})
	c.must(err)
	for _, s := range listed.Schedules {
		found, err := c.schedules.GetSchedule(c.Context(), &schedulerclient.GetScheduleInput{GroupName: &c.config.Group, Name: s.Name})
		c.must(err)
		all = append(all, fmt.Sprintf("%s %s %s %s", strings.TrimPrefix(*s.Name, c.project), *found.ScheduleExpression, *found.ScheduleExpressionTimezone, found.State))
	}
	for _, bus := range []string{"default", c.config.Bus} {
		rules, err := c.rules.ListRules(c.Context(), &eventsclient.ListRulesInput{EventBusName: &bus, NamePrefix: aws.String(trigger.RulePrefix + c.project)})
		c.must(err)
		for _, r := range rules.Rules {
			targets, err := c.rules.ListTargetsByRule(c.Context(), &eventsclient.ListTargetsByRuleInput{EventBusName: &bus, Rule: r.Name})
			c.must(err)
			all = append(all, fmt.Sprintf("%s %s %s %d", strings.Replace(bus, c.project, "own", 1), *r.EventPattern, r.State, len(targets.Targets)))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func (c *cloud) holds(lines ...string) {
	c.Helper()
	slices.Sort(lines)
	if got, want := c.held(), strings.Join(lines, "\n"); got != want {
		c.Errorf("there are\n%s\nwant\n%s", got, want)
	}
}

func triggersFollowTheFile(c *cloud) {
	c.sync(scheduled("nightly", "cron(0 3 * * ? *)", "Europe/Zurich"), reacting("incident", on(pipeline.BusDefault, alarmed), on(pipeline.BusSlipway, released)))
	c.holds("_nightly cron(0 3 * * ? *) Europe/Zurich ENABLED", "default "+alarmed+" ENABLED 1", "own "+released+" ENABLED 1")
	c.sync(paused(scheduled("nightly", "rate(1 day)", "UTC")), paused(reacting("incident", on(pipeline.BusDefault, released))))
	c.holds("_nightly rate(1 day) UTC DISABLED", "default "+released+" DISABLED 1")
	c.sync()
	c.holds("")
}

func changesByHandArePutRight(c *cloud) {
	runbooks := []trigger.Wanted{scheduled("nightly", "rate(1 day)", "UTC"), reacting("incident", on(pipeline.BusSlipway, released))}
	c.sync(runbooks...)
	before := c.held()
	name := c.project + "_nightly"
	_, err := c.schedules.UpdateSchedule(c.Context(), &schedulerclient.UpdateScheduleInput{GroupName: &c.config.Group, Name: &name, ScheduleExpression: aws.String("rate(2 days)"),
		FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff}, Target: &schedulertypes.Target{Arn: aws.String(otherARN), RoleArn: aws.String(roleARN)}})
	c.must(err)
	rules, err := c.rules.ListRules(c.Context(), &eventsclient.ListRulesInput{EventBusName: &c.config.Bus})
	c.must(err)
	_, err = c.rules.DisableRule(c.Context(), &eventsclient.DisableRuleInput{EventBusName: &c.config.Bus, Name: rules.Rules[0].Name})
	c.must(err)
	_, err = c.rules.PutTargets(c.Context(), &eventsclient.PutTargetsInput{EventBusName: &c.config.Bus, Rule: rules.Rules[0].Name,
		Targets: []eventstypes.Target{{Id: aws.String("mine"), Arn: aws.String(otherARN)}}})
	c.must(err)
	if c.held() == before {
		c.Error("nothing is changed by hand")
	}
	c.sync(runbooks...)
	c.holds(strings.Split(before, "\n")...)
}

func manyTriggersAreRead(c *cloud) {
	var runbooks []trigger.Wanted
	for i := range 110 { // a page has 100 schedules, or 50 rules
		r := scheduled(fmt.Sprintf("r%d", i), "rate(1 day)", "UTC")
		r.Runbook.Events = []pipeline.RunbookEvent{on(pipeline.BusSlipway, released)}
		runbooks = append(runbooks, r)
	}
	c.sync(runbooks...)
	c.sync()
	c.holds("")
}

func othersAreLeftAlone(c *cloud) {
	runbooks := []trigger.Wanted{scheduled("nightly", "rate(1 day)", "UTC"), reacting("incident", on(pipeline.BusSlipway, released))}
	c.sync(runbooks...)
	before := c.held()
	c.must(c.triggers.Sync(c.Context(), c.project[:len(c.project)-1], nil))
	c.holds(strings.Split(before, "\n")...)
}

func anyExpressionIsTaken(c *cloud) {
	c.sync(scheduled("nightly", "rate(1 fortnight)", "Europe/Bern"))
	c.holds("_nightly rate(1 fortnight) Europe/Bern ENABLED")
}
