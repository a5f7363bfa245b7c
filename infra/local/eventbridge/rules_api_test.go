package eventbridge_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"slipway/infra/local/eventbridge"
)

// makeRule makes a rule through the API that gives the release of an event to the target.
func (b *bench) makeRule(bus, name string) {
	b.Helper()
	ctx := context.Background()
	made, err := b.client.PutRule(ctx, &client.PutRuleInput{Name: &name, EventBusName: &bus, EventPattern: aws.String(`{ "source": ["slipway"] }`), Description: aws.String("d"),
		RoleArn: aws.String("arn:aws:iam::000000000000:role/r")})
	if err != nil || !strings.HasSuffix(*made.RuleArn, name) {
		b.Fatalf("PutRule: %v, %v", made, err)
	}
	out, err := b.client.PutTargets(ctx, &client.PutTargetsInput{Rule: &name, EventBusName: &bus, Targets: []types.Target{{Id: aws.String("t"), Arn: aws.String(targetARN),
		RoleArn:          aws.String("arn:aws:iam::000000000000:role/r"),
		InputTransformer: &types.InputTransformer{InputPathsMap: map[string]string{"r": "$.detail.release"}, InputTemplate: aws.String(`{"rule":"` + name + `","release":<r>}`)},
		RetryPolicy:      &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(4)}, DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String(deadARN)}}}})
	if err != nil || out.FailedEntryCount != 0 {
		b.Fatalf("PutTargets: %v, %v", out, err)
	}
}

// seen puts an event on both buses and returns what the target got of it.
func (b *bench) seen() string {
	b.payloads = nil
	b.put("default", released())
	b.put("slipway", released())
	b.clock.Run()
	return strings.Join(b.payloads, " ")
}

func newBuses(t *testing.T) *bench {
	b := newBench(t)
	b.again(t)
	return b
}

// again starts the engine anew, with the bus that the stack has.
func (b *bench) again(t *testing.T) {
	t.Helper()
	b.restart()
	if err := errors.Join(b.engine.CreateBus("slipway"), b.engine.Resume()); err != nil {
		t.Fatal(err)
	}
}

func TestRulesMadeAtRunTimeSurviveARestart(t *testing.T) {
	b, ctx := newBuses(t), context.Background()
	b.makeRule("default", "one")
	b.makeRule("slipway", "two")
	const both = `{"rule":"one","release":"1.4.0"} {"rule":"two","release":"1.4.0"}`
	if got := b.seen(); got != both {
		t.Errorf("the target got %s", got)
	}
	b.again(t)
	if got := b.seen(); got != both {
		t.Errorf("after a restart the target got %s", got)
	}
	described, err := b.client.DescribeRule(ctx, &client.DescribeRuleInput{Name: aws.String("two"), EventBusName: aws.String("slipway")})
	if err != nil || *described.EventPattern != `{ "source": ["slipway"] }` || *described.Description != "d" || *described.RoleArn != "arn:aws:iam::000000000000:role/r" {
		t.Errorf("DescribeRule: %+v, %v", described, err)
	}
	targets, err := b.client.ListTargetsByRule(ctx, &client.ListTargetsByRuleInput{Rule: aws.String("two"), EventBusName: aws.String("slipway")})
	if err != nil || len(targets.Targets) != 1 || *targets.Targets[0].RetryPolicy.MaximumRetryAttempts != 4 || *targets.Targets[0].DeadLetterConfig.Arn != deadARN ||
		targets.Targets[0].InputTransformer.InputPathsMap["r"] != "$.detail.release" || *targets.Targets[0].RoleArn == "" {
		t.Errorf("ListTargetsByRule: %+v, %v", targets, err)
	}
}

func TestARuleIsChangedSwitchedAndDeletedForGood(t *testing.T) {
	b, ctx := newBuses(t), context.Background()
	b.makeRule("slipway", "two")
	name, bus := aws.String("two"), aws.String("slipway")
	step := func(what string, want string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b.again(t)
		if got := b.seen(); got != want {
			t.Errorf("after %s the target got %s, want %s", what, got, want)
		}
	}
	_, err := b.client.DisableRule(ctx, &client.DisableRuleInput{Name: name, EventBusName: bus})
	step("DisableRule", "", err)
	_, err = b.client.EnableRule(ctx, &client.EnableRuleInput{Name: name, EventBusName: bus})
	step("EnableRule", `{"rule":"two","release":"1.4.0"}`, err)
	_, err = b.client.PutTargets(ctx, &client.PutTargetsInput{Rule: name, EventBusName: bus, Targets: []types.Target{{Id: aws.String("t"), Arn: aws.String(targetARN), Input: aws.String(`"new"`)}}})
	step("PutTargets", `"new"`, err)
	_, err = b.client.PutRule(ctx, &client.PutRuleInput{Name: name, EventBusName: bus, EventPattern: aws.String(`{"source":["other"]}`)})
	step("PutRule", "", err)
	_, err = b.client.DeleteRule(ctx, &client.DeleteRuleInput{Name: name, EventBusName: bus})
	if err == nil || !strings.Contains(err.Error(), "Rule can't be deleted since it has targets.") {
		t.Errorf("DeleteRule of a rule with targets: %v", err)
	}
	_, err = b.client.RemoveTargets(ctx, &client.RemoveTargetsInput{Rule: name, EventBusName: bus, Ids: []string{"t", "none"}})
	step("RemoveTargets", "", err)
	for range 2 {
		_, err = b.client.DeleteRule(ctx, &client.DeleteRuleInput{Name: name, EventBusName: bus})
		step("DeleteRule", "", err)
	}
	if rules, err := b.client.ListRules(ctx, &client.ListRulesInput{EventBusName: bus}); err != nil || len(rules.Rules) != 0 {
		t.Errorf("ListRules: %+v, %v", rules, err)
	}
}

func TestARestartUndoesNoChangeOfADeclaredRuleAndANewTemplateDoes(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.rule(eventbridge.TargetSpec{Input: `"declared"`})
	if _, err := b.client.DisableRule(ctx, &client.DisableRuleInput{Name: aws.String("promote")}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		declare func()
		want    string
	}{
		{func() { b.rule(eventbridge.TargetSpec{Input: `"declared"`}) }, ""},
		{func() { b.rule(eventbridge.TargetSpec{Input: `"changed"`}) }, `"changed"`},
		{func() {}, ""}, // the template has it no longer
		{func() { b.rule(eventbridge.TargetSpec{Input: `"changed"`}) }, `"changed"`},
	} {
		b.restart()
		c.declare()
		if err := b.engine.Resume(); err != nil {
			t.Fatal(err)
		}
		b.payloads = nil
		b.put("default", released())
		b.clock.Run()
		if got := strings.Join(b.payloads, " "); got != c.want {
			t.Errorf("the target got %s, want %s", got, c.want)
		}
	}
}

func TestRulesGoWithTheirBus(t *testing.T) {
	b := newBuses(t)
	b.makeRule("slipway", "two")
	b.restart()
	if err := b.engine.Resume(); err != nil {
		t.Fatal(err)
	}
	b.again(t)
	if got := b.seen(); got != "" {
		t.Errorf("the target got %s", got)
	}
}

func TestRulesThatCannotBeAreRefused(t *testing.T) {
	b := newBuses(t)
	b.makeRule("slipway", "two")
	target := func(members string) string {
		return `{"Rule":"two","EventBusName":"slipway","Targets":[{"Id":"x","Arn":"` + targetARN + `"` + members + `}]}`
	}
	for _, c := range []struct{ operation, body, code, says string }{
		{"PutRule", `{"Name":"r"}`, "ValidationException", "EventPattern or ScheduleExpression"},
		{"PutRule", `{"Name":"r","ScheduleExpression":"rate(1 day)"}`, "ValidationException", "rate(1 day)"},
		{"PutRule", `{"Name":"r","EventPattern":"{\"source\":\"x\"}"}`, "InvalidEventPatternException", "source"},
		{"PutRule", `{"Name":"a b","EventPattern":"{\"source\":[\"x\"]}"}`, "ValidationException", "the name must be"},
		{"PutRule", `{"Name":"r","EventBusName":"none","EventPattern":"{\"source\":[\"x\"]}"}`, "ResourceNotFoundException", "none"},
		{"PutRule", `{"Name":"r","Tags":[]}`, "ValidationException", "Tags"},
		{"DeleteRule", `{"Name":"r","EventBusName":"none"}`, "ResourceNotFoundException", "none"},
		{"PutTargets", `{"Rule":"none","Targets":[]}`, "ResourceNotFoundException", "Rule none does not exist on EventBus default."},
		{"PutTargets", target(`,"SqsParameters":{}`), "ValidationException", "SqsParameters"},
		{"PutTargets", target(`,"Input":"{"`), "ValidationException", "the input must be JSON"},
		{"PutTargets", strings.Replace(target(""), targetARN, "arn:aws:batch:x", 1), "ValidationException", "arn:aws:batch:x"},
		{"PutTargets", `{"Rule":"two","EventBusName":"slipway","Targets":[{},{"Id":"1"},{"Id":"2"},{"Id":"3"},{"Id":"4"}]}`, "LimitExceededException", "6 targets"},
		{"RemoveTargets", `{"Rule":"none","Ids":["t"]}`, "ResourceNotFoundException", "Rule none"},
		{"DisableRule", `{"Name":"none"}`, "ResourceNotFoundException", "Rule none"},
	} {
		if status, answer := b.post(c.operation, c.body); status != 400 || !strings.Contains(answer, `"`+c.code+`"`) || !strings.Contains(answer, c.says) {
			t.Errorf("%s %s: %d %s, want %s about %s", c.operation, c.body, status, answer, c.code, c.says)
		}
	}
	if got := b.seen(); got != `{"rule":"two","release":"1.4.0"}` {
		t.Errorf("refusals changed the rule: the target got %s", got)
	}
}
