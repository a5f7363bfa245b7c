package eventbridge_test

import (
	"strings"
	"testing"
	"time"

	"slipway/infra/local/eventbridge"
)

func TestPutRuleRefusesWhatARuleCannotBe(t *testing.T) {
	type spec = eventbridge.RuleSpec
	target := func(change func(*eventbridge.TargetSpec)) func(*spec) {
		return func(r *spec) { change(&r.Targets[0]) }
	}
	transformer := func(paths map[string]string, text string) func(*spec) {
		return target(func(t *eventbridge.TargetSpec) {
			t.InputTransformer = &eventbridge.InputTransformer{InputPathsMap: paths, InputTemplate: text}
		})
	}
	for name, c := range map[string]struct {
		change func(*spec)
		says   string
	}{
		"a bad name":              {func(r *spec) { r.Name = "a b" }, "rule a b: the name"},
		"a schedule":              {func(r *spec) { r.ScheduleExpression = "rate(1 day)" }, "rate(1 day)"},
		"a strange state":         {func(r *spec) { r.State = "ON" }, "state ON"},
		"a broken pattern":        {func(r *spec) { r.Pattern = []byte(`{"source":"x"}`) }, "field source"},
		"no pattern":              {func(r *spec) { r.Pattern = nil }, "event pattern"},
		"a missing bus":           {func(r *spec) { r.Bus = "none" }, "Event bus none does not exist."},
		"a repeated target":       {func(r *spec) { r.Targets = append(r.Targets, r.Targets[0]) }, "target t occurs twice"},
		"six targets":             {func(r *spec) { r.Targets = make([]eventbridge.TargetSpec, 6) }, "6 targets"},
		"an unknown target":       {target(func(t *eventbridge.TargetSpec) { t.ARN = "arn:aws:batch:x" }), "arn:aws:batch:x"},
		"a topic as dead letter":  {target(func(t *eventbridge.TargetSpec) { t.DeadLetterARN = "arn:aws:sns:x" }), "arn:aws:sns:x"},
		"186 retries":             {target(func(t *eventbridge.TargetSpec) { t.RetryPolicy.MaximumRetryAttempts = new(186) }), "186"},
		"a second's age":          {target(func(t *eventbridge.TargetSpec) { t.RetryPolicy.MaximumEventAge = time.Second }), "event age 1s"},
		"two kinds of input":      {target(func(t *eventbridge.TargetSpec) { t.Input, t.InputPath = "1", "$" }), "only one of"},
		"an input of text":        {target(func(t *eventbridge.TargetSpec) { t.Input = "hello" }), "the input must be JSON"},
		"a filtering path":        {target(func(t *eventbridge.TargetSpec) { t.InputPath = "$.detail[?(@.x)]" }), `"[?(@.x)]"`},
		"a path without root":     {target(func(t *eventbridge.TargetSpec) { t.InputPath = "detail" }), "must begin with $"},
		"an unknown variable":     {transformer(nil, `{"a":<b>}`), "<b>"},
		"an unknown AWS variable": {transformer(nil, `<aws.events.colour>`), "<aws.events.colour>"},
		"a reserved variable":     {transformer(map[string]string{"aws.x": "$"}, `1`), "aws.x"},
		"a variable's bad path":   {transformer(map[string]string{"x": "$..y"}, `<x>`), "variable x"},
		"a template of text":      {transformer(map[string]string{"x": "$"}, `hello <x>`), "must be JSON"},
		"a variable as a key":     {transformer(map[string]string{"x": "$"}, `{<x>:1}`), "must be JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			r := spec{Name: "r", Pattern: []byte(`{"source":["x"]}`), Targets: []eventbridge.TargetSpec{{ID: "t", ARN: targetARN}}}
			c.change(&r)
			if err := newBench(t).engine.PutRule(r); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("PutRule = %v, want an error that says %q", err, c.says)
			}
		})
	}
}

func TestPutRuleReplacesTheRuleOfThatName(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{Input: `"old"`})
	b.rule(eventbridge.TargetSpec{Input: `"new"`})
	b.put("default", released())
	b.clock.Run()
	if strings.Join(b.payloads, "") != `"new"` {
		t.Errorf("payloads %v", b.payloads)
	}
}
