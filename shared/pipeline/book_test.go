package pipeline_test

import (
	"slices"

	"slipway/events"
	"slipway/shared/pipeline"
)

// A book is a runbook with its runs, as the table would hold them.
type book struct {
	state   pipeline.RunbookState
	runs    map[pipeline.RunID]pipeline.Run
	minutes int
}

func newBook() *book {
	return &book{state: pipeline.RunbookState{Project: "storefront", Runbook: "clean-up"}, runs: map[pipeline.RunID]pipeline.Run{}}
}

// id returns the id of run number n.
func (b *book) id(n int) pipeline.RunID {
	return pipeline.RunID{Project: b.state.Project, Runbook: b.state.Runbook, Number: n}
}

// begin makes the next run in environment as the function does that starts runbooks.
func (b *book) begin(environment string, policy pipeline.Concurrency) ([]events.Event, error) {
	b.minutes++
	r := pipeline.Run{ID: b.state.NextRun(), Environment: environment, Trigger: events.Trigger{Kind: pipeline.TriggerHand},
		Document: digest("d"), Plan: digest("a"), RequestedBy: "manager1", RequestedAt: at(b.minutes)}
	var active *pipeline.Run
	if id, ok := b.state.Active[environment]; ok {
		run := b.runs[id]
		active = &run
	}
	changed, happened, err := b.state.Begin(r, policy, active, b.waiting(environment), at(b.minutes))
	b.write(changed)
	return happened, err
}

// finish ends run number n.
func (b *book) finish(n int, o pipeline.Outcome) ([]events.Event, error) {
	b.minutes++
	r := b.runs[b.id(n)]
	changed, happened, err := b.state.Finish(r, o, b.waiting(r.Environment), at(b.minutes))
	b.write(changed)
	return happened, err
}

// cancel asks run number n to end.
func (b *book) cancel(n int) (events.Event, error) {
	b.minutes++
	r := b.runs[b.id(n)]
	event, err := r.Cancel(pipeline.Cancellation{By: "manager1", At: at(b.minutes), Cause: "cancelled by manager1"})
	b.write([]pipeline.Run{r})
	return event, err
}

// waiting returns the runs that wait in environment, the last first: whose turn it is
// is not for the caller to say.
func (b *book) waiting(environment string) []pipeline.Run {
	var all []pipeline.Run
	for _, id := range b.state.Waiting[environment] {
		all = append(all, b.runs[id])
	}
	slices.Reverse(all)
	return all
}

func (b *book) write(changed []pipeline.Run) {
	for _, r := range changed {
		b.runs[r.ID] = r
	}
}
