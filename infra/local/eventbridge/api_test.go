package eventbridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"slipway/infra/local/eventbridge"
)

func entry(source, detailType, detail, bus string) types.PutEventsRequestEntry {
	e := types.PutEventsRequestEntry{}
	for text, member := range map[*string]**string{&source: &e.Source, &detailType: &e.DetailType, &detail: &e.Detail, &bus: &e.EventBusName} {
		if *text != "" {
			*member = text
		}
	}
	return e
}

func TestPutEventsFailsEntryByEntry(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{})
	stamped := entry("slipway", "d", `{"n":2}`, "default")
	stamped.Time, stamped.Resources = aws.Time(start.Add(-time.Hour+500*time.Millisecond)), []string{"arn"}
	entries := []types.PutEventsRequestEntry{
		entry("slipway", "d", `{"n":1}`, ""), entry("", "d", `{}`, ""), entry("slipway", "", `{}`, ""), entry("slipway", "d", "", ""),
		entry("slipway", "d", `{`, ""), entry("slipway", "d", `[]`, ""), entry("aws.s3", "d", `{}`, ""), entry("slipway", "d", `{}`, "none"), stamped,
	}
	out, err := b.client.PutEvents(context.Background(), &client.PutEventsInput{Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "InvalidArgument", "InvalidArgument", "InvalidArgument", "MalformedDetail", "MalformedDetail",
		"NotAuthorizedForSourceException", "ResourceNotFoundException", ""}
	failed := 0
	for i, result := range out.Entries {
		if aws.ToString(result.ErrorCode) != want[i] || (result.EventId == nil) != (want[i] != "") {
			t.Errorf("entry %d: %s %s, want %q", i, aws.ToString(result.ErrorCode), aws.ToString(result.ErrorMessage), want[i])
		}
		if want[i] != "" {
			failed++
		}
	}
	if int(out.FailedEntryCount) != failed {
		t.Errorf("%d failed, want %d", out.FailedEntryCount, failed)
	}
	b.clock.Run()
	if len(b.payloads) != 2 || !strings.Contains(b.payloads[1], `"time":"2026-11-22T07:00:00Z","region":"us-east-1","resources":["arn"],"detail":{"n":2}`) {
		t.Errorf("payloads %v", b.payloads)
	}
}

func TestARuleThatIsDisabledDeliversNothing(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.rule(eventbridge.TargetSpec{})
	rules, err := b.client.ListRules(ctx, &client.ListRulesInput{})
	if err != nil || len(rules.Rules) != 1 {
		t.Fatalf("%v, %v", rules, err)
	}
	name := rules.Rules[0].Name
	put := func() int {
		before := len(b.payloads)
		if _, err := b.client.PutEvents(ctx, &client.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry("slipway", "d", "{}", "")}}); err != nil {
			t.Fatal(err)
		}
		b.clock.Run()
		return len(b.payloads) - before
	}
	if _, err := b.client.DisableRule(ctx, &client.DisableRuleInput{Name: name}); err != nil || put() != 0 {
		t.Errorf("a disabled rule delivers (%v)", err)
	}
	if described, err := b.client.DescribeRule(ctx, &client.DescribeRuleInput{Name: name}); err != nil || described.State != types.RuleStateDisabled {
		t.Errorf("it is shown as %+v, %v", described, err)
	}
	if _, err := b.client.EnableRule(ctx, &client.EnableRuleInput{Name: name}); err != nil || put() != 1 {
		t.Errorf("an enabled rule delivers nothing (%v)", err)
	}
	if _, err := b.client.DisableRule(ctx, &client.DisableRuleInput{Name: aws.String("none")}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("a rule that isn't there: %v", err)
	}
}

func TestPutEventsRefusesTooMuchOrTooLittle(t *testing.T) {
	many := make([]types.PutEventsRequestEntry, 11)
	for name, c := range map[string]struct {
		entries []types.PutEventsRequestEntry
		says    string
	}{
		"eleven entries":       {many, "less than or equal to 10"},
		"no entry":             {many[:0], "greater than or equal to 1"},
		"no complete entry":    {[]types.PutEventsRequestEntry{entry("a", "b", "", ""), entry("", "b", "{}", "")}, "Source, DetailType and Detail"},
		"more than a megabyte": {[]types.PutEventsRequestEntry{entry("a", "b", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`, "")}, "over the limit"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newBench(t).client.PutEvents(context.Background(), &client.PutEventsInput{Entries: c.entries})
			if err == nil || !strings.Contains(err.Error(), "ValidationException") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want a ValidationException that says %q", err, c.says)
			}
		})
	}
}

func TestBusesRulesAndTargetsAreShown(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	if err := b.engine.CreateBus("slipway"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"promote-b", "promote-a", "other"} {
		err := b.engine.PutRule(eventbridge.RuleSpec{Name: name, Bus: "slipway", Pattern: []byte(`{"source":["slipway"]}`), Description: "d",
			Targets: []eventbridge.TargetSpec{{ID: "b", ARN: targetARN, InputPath: "$.detail", DeadLetterARN: deadARN,
				RetryPolicy: eventbridge.RetryPolicy{MaximumRetryAttempts: new(3)}}, {ID: "a", ARN: targetARN}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	buses, err := b.client.ListEventBuses(ctx, &client.ListEventBusesInput{NamePrefix: aws.String("s")})
	if err != nil || len(buses.EventBuses) != 1 || *buses.EventBuses[0].Arn != b.engine.BusARN("slipway") {
		t.Errorf("ListEventBuses: %v, %v", buses, err)
	}
	bus, err := b.client.DescribeEventBus(ctx, &client.DescribeEventBusInput{})
	if err != nil || *bus.Name != "default" || !bus.CreationTime.Equal(start) {
		t.Errorf("DescribeEventBus: %v, %v", bus, err)
	}
	var rules []string
	for input := (&client.ListRulesInput{EventBusName: aws.String("slipway"), NamePrefix: aws.String("promote"), Limit: aws.Int32(1)}); ; {
		page, err := b.client.ListRules(ctx, input)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, *page.Rules[0].Arn)
		if input.NextToken = page.NextToken; page.NextToken == nil {
			break
		}
	}
	if got := strings.Join(rules, " "); got != "arn:aws:events:us-east-1:000000000000:rule/slipway/promote-a arn:aws:events:us-east-1:000000000000:rule/slipway/promote-b" {
		t.Errorf("ListRules: %s", got)
	}
	described, err := b.client.DescribeRule(ctx, &client.DescribeRuleInput{Name: aws.String("other"), EventBusName: aws.String(b.engine.BusARN("slipway"))})
	if err != nil || *described.EventPattern != `{"source":["slipway"]}` || described.State != types.RuleStateEnabled || *described.Description != "d" {
		t.Errorf("DescribeRule: %v, %v", described, err)
	}
	targets, err := b.client.ListTargetsByRule(ctx, &client.ListTargetsByRuleInput{Rule: aws.String("other"), EventBusName: aws.String("slipway")})
	if err != nil || len(targets.Targets) != 2 {
		t.Fatalf("ListTargetsByRule: %v, %v", targets, err)
	}
	if got := targets.Targets[1]; *got.Id != "b" || *got.DeadLetterConfig.Arn != deadARN || *got.RetryPolicy.MaximumRetryAttempts != 3 ||
		*got.RetryPolicy.MaximumEventAgeInSeconds != 86400 || *got.InputPath != "$.detail" {
		t.Errorf("target %+v", got)
	}
	_, err = b.client.DescribeRule(ctx, &client.DescribeRuleInput{Name: aws.String("none")})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("DescribeRule of a missing rule: %v", err)
	}
}

func TestTestEventPattern(t *testing.T) {
	const sample = `{"id":"1","account":"111122223333","source":"aws.ec2","time":"2017-12-22T18:43:48Z","region":"us-west-1","resources":[],"detail-type":"x"}`
	b, ctx := newBench(t), context.Background()
	for pattern, want := range map[string]bool{`{"source":["aws.ec2"]}`: true, `{"source":["aws.s3"]}`: false} {
		out, err := b.client.TestEventPattern(ctx, &client.TestEventPatternInput{EventPattern: aws.String(pattern), Event: aws.String(sample)})
		if err != nil || out.Result != want {
			t.Errorf("%s: %v, %v, want %v", pattern, out, err, want)
		}
	}
	_, err := b.client.TestEventPattern(ctx, &client.TestEventPatternInput{EventPattern: aws.String(`{"source":"x"}`), Event: aws.String(sample)})
	if _, ok := errors.AsType[*types.InvalidEventPatternException](err); !ok {
		t.Errorf("a broken pattern: %v", err)
	}
	_, err = b.client.TestEventPattern(ctx, &client.TestEventPatternInput{EventPattern: aws.String(`{"source":["x"]}`), Event: aws.String(`{"id":"1"}`)})
	if err == nil || !strings.Contains(err.Error(), "the member account is missing") {
		t.Errorf("an incomplete event: %v", err)
	}
}

func TestUnknownRequestsAreRefusedByName(t *testing.T) {
	for name, c := range map[string]struct{ operation, body, code, says string }{
		"an operation": {"CreateArchive", `{}`, "UnknownOperationException", "CreateArchive"},
		"a member":     {"PutEvents", `{"EndpointId":"x","Entries":[]}`, "ValidationException", "EndpointId"},
		"broken JSON":  {"ListRules", `{`, "SerializationException", "EOF"},
		"a limit of 0": {"ListRules", `{"Limit":0}`, "ValidationException", "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := newBench(t).post(c.operation, c.body)
			if status != 400 || !strings.Contains(answer, `"`+c.code+`"`) || !strings.Contains(answer, c.says) {
				t.Errorf("%d %s, want %s about %s", status, answer, c.code, c.says)
			}
		})
	}
}

func FuzzRequestsAreAnsweredOrRefused(f *testing.F) {
	f.Add("PutEvents", `{"Entries":[{"Source":"slipway","DetailType":"d","Detail":"{\"a\":\"<\"}","Time":1.5,"Resources":["r"]}]}`)
	f.Add("ListRules", `{"Limit":1,"NamePrefix":"p"}`)
	f.Add("TestEventPattern", `{"EventPattern":"{\"source\":[\"x\"]}","Event":"{}"}`)
	f.Add("DescribeEventBus", `{"Name":"default"}`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		b := newBench(t)
		b.rule(eventbridge.TargetSpec{InputTransformer: &eventbridge.InputTransformer{
			InputPathsMap: map[string]string{"d": "$.detail", "a": "$.detail.a[0]"}, InputTemplate: `{"d":<d>,"a":"<a> <d>"}`}})
		status, answer := b.post(operation, body)
		b.clock.Run()
		if status >= 500 || !json.Valid([]byte(answer)) {
			t.Errorf("%d %s", status, answer)
		}
		for _, payload := range b.payloads {
			if !json.Valid([]byte(payload)) {
				t.Errorf("payload %s", payload)
			}
		}
	})
}
