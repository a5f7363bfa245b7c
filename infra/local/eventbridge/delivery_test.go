package eventbridge_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
)

const envelope = `{"version":"0","id":"id-1","detail-type":"release.created.v1","source":"slipway","account":"000000000000",` +
	`"time":"2026-11-22T08:00:00Z","region":"us-east-1","resources":["r"],` +
	`"detail":{"release":"1.4.0","note":"a \"b\" <c>","count":2,"tags":["x",{"y":1}]}}`

func TestAMatchedEventIsDeliveredAfterTheCommit(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{})
	b.put("", released())
	if b.payloads != nil {
		t.Error("delivered before the clock ran")
	}
	b.clock.Run()
	if diff := cmp.Diff([]string{envelope}, b.payloads); diff != "" {
		t.Errorf("payloads (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"default id-1 release.created.v1"}, b.observed); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}

func TestAnEventOfARolledBackTransactionNeverWas(t *testing.T) {
	b, failure := newBench(t), errors.New("rolled back")
	b.rule(eventbridge.TargetSpec{})
	err := b.store.Update(func(tx store.Tx) error {
		if err := b.engine.Put(tx, "", released()); err != nil {
			t.Error(err)
		}
		return failure
	})
	b.clock.Run()
	if !errors.Is(err, failure) || b.payloads != nil || b.observed != nil {
		t.Errorf("err %v, payloads %v, observed %v", err, b.payloads, b.observed)
	}
}

func TestAnEventReachesEveryTargetOfEveryEnabledRuleOfItsBus(t *testing.T) {
	b := newBench(t)
	if err := b.engine.CreateBus("slipway"); err != nil {
		t.Fatal(err)
	}
	pattern := []byte(`{"source":["slipway"]}`)
	for _, spec := range []eventbridge.RuleSpec{
		{Name: "two", Bus: "slipway", Pattern: pattern, Targets: []eventbridge.TargetSpec{
			{ID: "b", ARN: targetARN, Input: `"two-b"`}, {ID: "a", ARN: targetARN, Input: `"two-a"`}}},
		{Name: "one", Bus: b.engine.BusARN("slipway"), Pattern: pattern, Targets: []eventbridge.TargetSpec{{ID: "a", ARN: targetARN, Input: `"one-a"`}}},
		{Name: "off", Bus: "slipway", Pattern: pattern, State: eventbridge.Disabled, Targets: []eventbridge.TargetSpec{{ID: "a", ARN: targetARN, Input: `"off"`}}},
		{Name: "other", Bus: "slipway", Pattern: []byte(`{"source":["x"]}`), Targets: []eventbridge.TargetSpec{{ID: "a", ARN: targetARN, Input: `"other"`}}},
		{Name: "default", Pattern: pattern, Targets: []eventbridge.TargetSpec{{ID: "a", ARN: targetARN, Input: `"default"`}}},
	} {
		if err := b.engine.PutRule(spec); err != nil {
			t.Fatal(err)
		}
	}
	b.put("slipway", released())
	b.clock.Run()
	if diff := cmp.Diff([]string{`"one-a"`, `"two-a"`, `"two-b"`}, b.payloads); diff != "" {
		t.Errorf("payloads (-want +got):\n%s", diff)
	}
}

func TestAFailedHandOffIsRolledBackAndTriedAgainWithBackoff(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{})
	b.failing = 4
	b.put("", released())
	var failing []int
	for range 8 { // hand-offs at 0, 1, 3, 7 and 15 seconds
		b.pass(time.Second)
		failing = append(failing, b.failing)
	}
	if diff := cmp.Diff([]int{2, 2, 1, 1, 1, 1, 0, 0}, failing); diff != "" {
		t.Errorf("failing (-want +got):\n%s", diff)
	}
	if n := b.delivered(); n != 0 {
		t.Errorf("%d failed hand-offs were committed", n)
	}
	b.pass(7 * time.Second)
	if len(b.payloads) != 1 || b.delivered() != 1 {
		t.Errorf("payloads %v, %d committed", b.payloads, b.delivered())
	}
}

func TestAnEventThatCannotBeHandedOverGoesToTheDeadLetterQueue(t *testing.T) {
	for name, c := range map[string]struct {
		policy    eventbridge.RetryPolicy
		exhausted string
		retries   string
		after     time.Duration
	}{
		"by default":    {eventbridge.RetryPolicy{}, "MaximumRetryAttempts", "185", 23*time.Hour + 36*time.Minute + 31*time.Second},
		"after a retry": {eventbridge.RetryPolicy{MaximumRetryAttempts: new(1)}, "MaximumRetryAttempts", "1", time.Second},
		"at once":       {eventbridge.RetryPolicy{MaximumRetryAttempts: new(0)}, "MaximumRetryAttempts", "0", 0},
		"by its age":    {eventbridge.RetryPolicy{MaximumEventAge: time.Minute}, "MaximumEventAgeInSeconds", "5", 31 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.rule(eventbridge.TargetSpec{InputPath: "$.detail.release", DeadLetterARN: deadARN, RetryPolicy: c.policy})
			b.failing = 1000
			b.put("", released())
			b.clock.Run()
			want := []letter{{deadARN, envelope, map[string]string{
				"RULE_ARN": "arn:aws:events:us-east-1:000000000000:rule/promote", "TARGET_ARN": targetARN,
				"ERROR_CODE": "THROTTLING", "ERROR_MESSAGE": "too many",
				"EXHAUSTED_RETRY_CONDITION": c.exhausted, "RETRY_ATTEMPTS": c.retries}}}
			if diff := cmp.Diff(want, b.dead, cmp.AllowUnexported(letter{})); diff != "" {
				t.Errorf("dead letters (-want +got):\n%s", diff)
			}
			if got := b.clock.Now().Sub(start); got != c.after {
				t.Errorf("given up after %v, want %v", got, c.after)
			}
		})
	}
}

func TestADeliverySurvivesARestart(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{})
	b.failing = 3
	b.put("", released())
	b.pass(5 * time.Second) // hand-offs at 0, 1 and 3 seconds
	b.restart()             // and no rule
	if err := b.engine.Resume(); err != nil {
		t.Fatal(err)
	}
	b.pass(time.Second)
	if b.payloads != nil {
		t.Error("handed over before it was due")
	}
	b.pass(time.Second)
	b.clock.Run()
	if len(b.payloads) != 1 {
		t.Errorf("payloads %v, want one", b.payloads)
	}
}

func TestADeliveryWhoseTargetIsGoneIsADeadLetterAtOnce(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{DeadLetterARN: deadARN})
	b.gone = true
	b.put("", released())
	b.pass(0)
	want := []letter{{deadARN, envelope, map[string]string{
		"RULE_ARN": "arn:aws:events:us-east-1:000000000000:rule/promote", "TARGET_ARN": targetARN, "ERROR_CODE": "NO_RESOURCE",
		"ERROR_MESSAGE": "the target can't be resolved: unknown target " + targetARN, "RETRY_ATTEMPTS": "0"}}}
	if diff := cmp.Diff(want, b.dead, cmp.AllowUnexported(letter{})); diff != "" {
		t.Errorf("dead letters (-want +got):\n%s", diff)
	}
}

func TestADeliveryStaysWhileItsDeadLetterQueueFails(t *testing.T) {
	b := newBench(t)
	b.rule(eventbridge.TargetSpec{DeadLetterARN: deadARN, RetryPolicy: eventbridge.RetryPolicy{MaximumRetryAttempts: new(0)}})
	b.failing, b.refuse = 1, errors.New("no such queue")
	b.put("", released())
	b.clock.Run()
	if len(b.reports) != 1 || !errors.Is(b.reports[0], b.refuse) {
		t.Fatalf("reports %v", b.reports)
	}
	b.restart()
	if err := b.engine.Resume(); err != nil {
		t.Fatal(err)
	}
	b.clock.Run()
	if len(b.payloads) != 1 {
		t.Errorf("payloads %v", b.payloads)
	}
}
