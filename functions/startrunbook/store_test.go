package startrunbook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/startrunbook"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/platform"
	"slipway/shared/trigger"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A bench is a handler with one project, shop, whose file has one runbook, nightly, and
// with all that the handler reads and writes.
type bench struct {
	*testing.T
	handler   *startrunbook.Handler
	runbook   pipeline.Runbook // as the file in force has it
	gone      bool             // it has none
	state     pipeline.RunbookState
	runs      map[pipeline.RunID]pipeline.Run
	occasions map[string]pipeline.Occasion
	happened  []events.Event
	chain     pipeline.Chain // that was changed last
	conflicts int            // how many of the next changes come to nothing

	planned []planning.RunRequest
	refuse  error // what planning comes to
	plans   map[string]pipeline.Plan
	started []string // executions, with their input
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, state: pipeline.RunbookState{Project: "shop", Runbook: "nightly"}, runs: map[pipeline.RunID]pipeline.Run{},
		occasions: map[string]pipeline.Occasion{}, plans: map[string]pipeline.Plan{},
		runbook: pipeline.Runbook{Name: "nightly", Environments: []string{"production"}, Publish: pipeline.EntryAutomatic, Concurrency: pipeline.ConcurrencyQueue,
			Schedule: &pipeline.RunbookSchedule{Expression: "cron(0 3 * * ? *)", Timezone: "Europe/Zurich"},
			Events:   []pipeline.RunbookEvent{{Alarm: "errors", Bus: pipeline.BusDefault}}}}
	people := platform.Platform{Groups: map[string][]string{"operators": {"operator1"}, "developers": {"developer1"}}}
	b.handler = startrunbook.New(b, b, b, people, b, "arn:runbook", func() time.Time { return noon })
	return b
}

func (b *bench) Project(_ context.Context, name string) (pipeline.ProjectRecord, error) {
	return pipeline.ProjectRecord{Name: name, Document: "sha256:in-force"}, nil
}

func (b *bench) Runbook(context.Context, string, string) (pipeline.RunbookState, error) {
	return b.state, nil
}

func (b *bench) Run(_ context.Context, id pipeline.RunID) (pipeline.Run, error) {
	run, ok := b.runs[id]
	if !ok {
		return run, fmt.Errorf("run %s: %w", id, pipeline.ErrNotFound)
	}
	return run, nil
}

func (b *bench) Occasion(_ context.Context, project, runbook, environment, key string) (pipeline.Occasion, error) {
	o, ok := b.occasions[project+" "+runbook+" "+environment+" "+key]
	if !ok {
		return o, fmt.Errorf("occasion %s: %w", key, pipeline.ErrNotFound)
	}
	return o, nil
}

func (b *bench) Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	b.chain = chain
	c, err := decide(ctx)
	if err != nil {
		return err
	}
	if b.conflicts > 0 {
		b.conflicts--
		return fmt.Errorf("somebody else wrote: %w", pipeline.ErrConflict)
	}
	for _, run := range c.Runs {
		b.runs[run.ID] = run
	}
	for _, state := range c.Runbooks {
		b.state = state
	}
	for _, o := range c.Occasions {
		b.occasions[o.Project+" "+o.Runbook+" "+o.Environment+" "+o.Key] = o
	}
	b.happened = append(b.happened, c.Events...)
	return nil
}

func (b *bench) InForce(context.Context, string) (pipeline.Project, error) {
	if b.gone {
		return pipeline.Project{Name: "shop"}, nil
	}
	return pipeline.Project{Name: "shop", Runbooks: []pipeline.Runbook{b.runbook}}, nil
}

func (b *bench) ProposeRun(_ context.Context, r planning.RunRequest) (pipeline.Plan, error) {
	if b.refuse != nil {
		return pipeline.Plan{}, b.refuse
	}
	b.planned = append(b.planned, r)
	_, err := b.runbook.Answer(r.Values)
	return pipeline.Plan{Run: r.Run, Steps: []pipeline.PlannedStep{{Name: "backup", TimeoutSeconds: 300, Retry: 1}}}, err
}

func (b *bench) Keep(_ context.Context, p pipeline.Plan) (string, error) {
	hash, err := p.Hash()
	b.plans[hash] = p
	return hash, err
}

func (b *bench) Read(_ context.Context, hash string) (pipeline.Plan, error) {
	p, ok := b.plans[hash]
	if !ok {
		return p, fmt.Errorf("plan %s: %w", hash, pipeline.ErrNotFound)
	}
	return p, nil
}

func (b *bench) Start(_ context.Context, machine, name string, input any) error {
	text, err := json.Marshal(input)
	b.started = append(b.started, machine+" "+name+" "+string(text))
	return err
}

// deliver gives the handler an event of that type.
func (b *bench) deliver(detailType string, detail any) error {
	b.Helper()
	text, err := json.Marshal(detail)
	if err != nil {
		b.Fatal(err)
	}
	_, err = b.handler.Handle(b.Context(), events.Raw{ID: "e", Source: events.Source, DetailType: detailType, Detail: text})
	return err
}

// due delivers the slot of a day of November, of the schedule that the file has at first.
func (b *bench) due(day int) {
	b.Helper()
	slot := trigger.Slot{Project: "shop", Runbook: "nightly", At: time.Date(2026, 11, day, 2, 0, 0, 0, time.UTC), Expression: "cron(0 3 * * ? *)", Timezone: "Europe/Zurich"}
	if err := b.deliver(trigger.Due, slot); err != nil {
		b.Fatal(err)
	}
}

// alarm delivers the event of an alarm.
func (b *bench) alarm(id string) {
	b.Helper()
	if err := b.deliver(trigger.Happened, trigger.Event{Project: "shop", Runbook: "nightly", ID: id, Alarm: "errors"}); err != nil {
		b.Fatal(err)
	}
}

// ids returns the runs that were made, sorted.
func (b *bench) ids() []string {
	var all []string
	for id := range maps.Keys(b.runs) {
		all = append(all, id.String())
	}
	slices.Sort(all)
	return all
}

// types returns the types of what happened, in order.
func (b *bench) types() []string {
	var all []string
	for _, e := range b.happened {
		all = append(all, e.Type())
	}
	return all
}
