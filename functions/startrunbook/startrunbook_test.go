package startrunbook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/trigger"
)

// hold lets a run go on in production.
func (b *bench) hold() {
	id := b.state.NextRun()
	b.state.Runs = id.Number
	b.state.Active = map[string]pipeline.RunID{"production": id}
	b.runs[id] = pipeline.Run{ID: id, Environment: "production", Status: pipeline.StatusRunning}
}

func TestATriggerMakesOneRunHoweverOftenItComes(t *testing.T) {
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		come func(*bench)
		want events.Trigger
	}{
		"slot":  {func(b *bench) { b.due(23) }, events.Trigger{Kind: pipeline.TriggerSchedule, Slot: at}},
		"event": {func(b *bench) { b.alarm("e1") }, events.Trigger{Kind: pipeline.TriggerEvent, Event: "e1", Alarm: "errors"}},
	} {
		b := newBench(t)
		for range 3 {
			c.come(b)
		}
		id := pipeline.RunID{Project: "shop", Runbook: "nightly", Number: 1}
		want := pipeline.Run{ID: id, Environment: "production", Status: pipeline.StatusRunning, Trigger: c.want, Document: "sha256:in-force",
			Plan: b.runs[id].Plan, RequestedBy: pipeline.System, RequestedAt: noon, StartedAt: noon}
		if diff := cmp.Diff(map[pipeline.RunID]pipeline.Run{id: want}, b.runs); diff != "" {
			t.Errorf("%s: the runs are (-want +got):\n%s", name, diff)
		}
		if _, kept := b.plans[want.Plan]; !kept || want.Plan == "" {
			t.Errorf("%s: plan %q is not kept", name, want.Plan)
		}
		if got := b.types(); !slices.Equal(got, []string{"runbook.requested.v1", "runbook.started.v1"}) {
			t.Errorf("%s: %q happened", name, got)
		}
		if want := pipeline.ProjectChain("shop"); b.chain != want {
			t.Errorf("%s: it is written in chain %s, want %s", name, b.chain, want)
		}
	}
}

func TestATriggerMakesARunInEachEnvironment(t *testing.T) {
	b := newBench(t)
	b.runbook.Environments = []string{"staging", "production"}
	b.due(23)
	b.due(23)
	b.due(24)
	if got := b.ids(); !slices.Equal(got, []string{"shop_nightly_1", "shop_nightly_2", "shop_nightly_3", "shop_nightly_4"}) {
		t.Errorf("the runs are %q", got)
	}
	if got := b.runs[pipeline.RunID{Project: "shop", Runbook: "nightly", Number: 2}]; got.Environment != "production" || got.Status != pipeline.StatusRunning {
		t.Errorf("the second run is %+v", got)
	}
}

func TestWhatWasMadeBeforeACrashIsNotMadeAgain(t *testing.T) {
	b := newBench(t)
	b.runbook.Environments = []string{"staging", "production"}
	b.due(23)
	delete(b.occasions, "shop nightly production slot 2026-11-23T02:00:00Z") // as if it had never come to it
	b.due(23)
	b.due(23)
	if got := b.ids(); len(got) != 3 {
		t.Errorf("the runs are %q", got)
	}
	b.conflicts = 1
	err := b.deliver(trigger.Happened, trigger.Event{Project: "shop", Runbook: "nightly", ID: "e1"})
	if !errors.Is(err, pipeline.ErrConflict) {
		t.Errorf("a lost write comes to %v, want an error to repeat it by", err)
	}
}

// What is published again has another id, and tells of the same record.
func TestAnEventOfARecordThatIsPublishedAgainRunsOnce(t *testing.T) {
	b := newBench(t)
	for _, e := range []trigger.Event{{ID: "e1", Record: "sha256:1"}, {ID: "e2", Record: "sha256:1"}, {ID: "e3", Record: "sha256:2"}} {
		e.Project, e.Runbook = "shop", "nightly"
		if err := b.deliver(trigger.Happened, e); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.ids(); len(got) != 2 {
		t.Errorf("two records start the runs %q", got)
	}
}

// What keeps triggers from making a run, and the reason that is recorded.
func TestATriggerThatMayMakeNoRunIsRecordedOnce(t *testing.T) {
	slot, alarm := func(b *bench) { b.due(23) }, func(b *bench) { b.alarm("e1") }
	for name, c := range map[string]struct {
		spoil func(*bench)
		come  func(*bench)
		want  string
	}{
		"paused, a slot":   {func(b *bench) { b.state.Paused = &pipeline.Pause{By: "operator1"} }, slot, "its triggers were paused by operator1"},
		"paused, an event": {func(b *bench) { b.state.Paused = &pipeline.Pause{By: "operator1"} }, alarm, "its triggers were paused by operator1"},
		"another expression": {func(b *bench) { b.runbook.Schedule.Expression = "rate(1 day)" }, slot,
			"the schedule cron(0 3 * * ? *) in Europe/Zurich is no longer that of the project file"},
		"another zone": {func(b *bench) { b.runbook.Schedule.Timezone = "UTC" }, slot,
			"the schedule cron(0 3 * * ? *) in Europe/Zurich is no longer that of the project file"},
		"no schedule":   {func(b *bench) { b.runbook.Schedule = nil }, slot, "the schedule cron(0 3 * * ? *) in Europe/Zurich is no longer that of the project file"},
		"no events":     {func(b *bench) { b.runbook.Events = nil }, alarm, "the project file no longer lets events start it"},
		"another alarm": {func(b *bench) { b.runbook.Events[0].Alarm = "latency" }, alarm, "the project file no longer lets the alarm errors start it"},
		"never published": {func(b *bench) { b.runbook.Publish = pipeline.EntryOnRequest }, slot,
			"runbook nightly was never published: publish it with slipway runbook publish shop nightly"},
		"another run goes on": {func(b *bench) { b.hold(); b.runbook.Concurrency = pipeline.ConcurrencySkip }, slot,
			"run shop_nightly_1 goes on in production, and the runbook's concurrency is skip"},
		"too many wait": {func(b *bench) { b.hold(); b.queue(pipeline.MaxWaiting) }, slot, "40 runs wait for shop_nightly_1 in production already"},
		"a value is needed": {func(b *bench) { b.runbook.Prompts = []pipeline.Prompt{{Name: "REASON", Label: "Why", Required: true}} }, slot,
			"runbook nightly needs a value REASON (Why); give it"},
		"no plan": {func(b *bench) {
			b.refuse = fmt.Errorf("environment production is not in the platform file: %w", pipeline.ErrRefused)
		}, slot, "environment production is not in the platform file"},
	} {
		b := newBench(t)
		c.spoil(b)
		before, state := len(b.runs), b.state
		for range 3 {
			c.come(b)
		}
		if len(b.runs) != before || cmp.Diff(state, b.state) != "" {
			t.Errorf("%s: it makes %q", name, b.ids())
		}
		if got := b.types(); !slices.Equal(got, []string{"runbook.skipped.v1"}) {
			t.Fatalf("%s: %q happened, want that it was skipped, once", name, got)
		}
		skipped := b.happened[0].(events.RunbookSkipped)
		if skipped.Reason != c.want || skipped.Environment != "production" || skipped.Trigger.Kind == "" {
			t.Errorf("%s: recorded is %+v, want the reason %q", name, skipped, c.want)
		}
	}
}

// queue lets n runs wait in production.
func (b *bench) queue(n int) {
	b.state.Waiting = map[string][]pipeline.RunID{}
	for range n {
		id := b.state.NextRun()
		b.state.Runs = id.Number
		b.state.Waiting["production"] = append(b.state.Waiting["production"], id)
		b.runs[id] = pipeline.Run{ID: id, Environment: "production", Status: pipeline.StatusQueued}
	}
}

func TestWhatWasSkippedIsNotMadeUpFor(t *testing.T) {
	b := newBench(t)
	b.state.Paused = &pipeline.Pause{By: "operator1"}
	b.due(23)
	b.state.Paused = nil
	b.due(23)
	if len(b.runs) > 0 {
		t.Errorf("the slot that was skipped makes %q", b.ids())
	}
	b.due(24)
	if len(b.runs) != 1 {
		t.Errorf("the next slot makes %q", b.ids())
	}
}

func TestATriggerWhoseRunIsForgottenMakesNoOther(t *testing.T) {
	b := newBench(t)
	b.due(23)
	b.alarm("e1")
	clear(b.runs)
	b.state.Active, b.state.Waiting, b.happened = nil, nil, nil
	b.due(23)
	b.alarm("e1")
	if len(b.runs) > 0 || len(b.happened) > 0 {
		t.Errorf("it makes %q, and %q happened", b.ids(), b.types())
	}
}

func TestARunbookThatIsGoneHasNothingToSkip(t *testing.T) {
	b := newBench(t)
	b.gone = true
	b.due(23)
	b.alarm("e1")
	if len(b.runs)+len(b.happened)+len(b.occasions) > 0 {
		t.Errorf("it makes %q, and %q happened", b.ids(), b.types())
	}
}

func TestARunWaitsOrReplacesAsThePolicySays(t *testing.T) {
	for policy, want := range map[pipeline.Concurrency]struct{ first, second pipeline.Status }{
		pipeline.ConcurrencyQueue:   {pipeline.StatusQueued, pipeline.StatusQueued},
		pipeline.ConcurrencyReplace: {pipeline.StatusCancelled, pipeline.StatusQueued},
	} {
		b := newBench(t)
		b.hold()
		b.runbook.Concurrency = policy
		b.due(23)
		b.due(24)
		first, second := b.runs[pipeline.RunID{Project: "shop", Runbook: "nightly", Number: 2}], b.runs[pipeline.RunID{Project: "shop", Runbook: "nightly", Number: 3}]
		if first.Status != want.first || second.Status != want.second {
			t.Errorf("%s: the runs are %s and %s, want %+v", policy, first.Status, second.Status, want)
		}
		if active := b.runs[pipeline.RunID{Project: "shop", Runbook: "nightly", Number: 1}]; (active.Cancelling != nil) != (policy == pipeline.ConcurrencyReplace) {
			t.Errorf("%s: the run that goes on is %+v", policy, active)
		}
	}
}

func TestTheExecutionIsNamedAfterTheRun(t *testing.T) {
	b := newBench(t)
	b.due(23)
	started := b.happened[1].(events.RunbookStarted)
	if err := b.deliver(started.Type(), started); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"run": "shop_nightly_1", "plan": started.Plan,
		"steps": []map[string]any{{"step": "backup", "attempt": 1, "retry": 1, "timeoutSeconds": 5700}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.started) != 1 || !strings.HasPrefix(b.started[0], "arn:runbook shop_nightly_1 ") || !sameJSON(strings.SplitN(b.started[0], " ", 3)[2], string(text)) {
		t.Errorf("started is %q, want the input %s", b.started, text)
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && cmp.Equal(x, y)
}

func TestWhatIsNoTriggerIsRefused(t *testing.T) {
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		detailType string
		detail     any
		want       error
	}{
		"another event":         {"release.created.v1", map[string]string{}, pipeline.ErrInvalid},
		"slot without time":     {trigger.Due, trigger.Slot{Project: "shop", Runbook: "nightly"}, pipeline.ErrInvalid},
		"slot without project":  {trigger.Due, trigger.Slot{Runbook: "nightly", At: at}, pipeline.ErrInvalid},
		"slot without runbook":  {trigger.Due, trigger.Slot{Project: "shop", At: at}, pipeline.ErrInvalid},
		"event without id":      {trigger.Happened, trigger.Event{Project: "shop", Runbook: "nightly"}, pipeline.ErrInvalid},
		"event without runbook": {trigger.Happened, trigger.Event{Project: "shop", ID: "e1"}, pipeline.ErrInvalid},
		"run without number":    {"runbook.started.v1", events.RunbookStarted{Run: events.Run{Run: "shop_nightly"}}, pipeline.ErrInvalid},
		"run without plan":      {"runbook.started.v1", events.RunbookStarted{Run: events.Run{Run: "shop_nightly_1"}, Plan: "sha256:none"}, pipeline.ErrNotFound},
	} {
		b := newBench(t)
		if err := b.deliver(c.detailType, c.detail); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if len(b.runs)+len(b.happened)+len(b.started) > 0 {
			t.Errorf("%s: it makes %q", name, b.ids())
		}
	}
}

func FuzzTriggers(f *testing.F) {
	f.Add(trigger.Due, `{"project":"shop","runbook":"nightly","at":"2026-11-23T02:00:00Z","expression":"cron(0 3 * * ? *)","timezone":"Europe/Zurich"}`)
	f.Add(trigger.Happened, `{"project":"shop","runbook":"nightly","id":"e1"}`)
	f.Add("runbook.started.v1", `{"run":"shop_nightly_1"}`)
	f.Fuzz(func(t *testing.T, detailType, detail string) {
		b := newBench(t)
		_, err := b.handler.Handle(t.Context(), events.Raw{DetailType: detailType, Detail: json.RawMessage(detail)})
		if err != nil && len(b.happened) > 0 {
			t.Errorf("%q happened, and then %v", b.types(), err)
		}
	})
}
