package pipeline_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"slipway/events"
	"slipway/shared/pipeline"
)

// A runHistory is a runbook with its whole audit log. Its actions are what the
// functions do to a runbook, in any order; what they may not do is refused by the
// domain, or found by check.
type runHistory struct {
	*book
	log   []pipeline.AuditEntry
	ended map[pipeline.RunID]pipeline.Status
}

func TestEveryHistoryOfARunbookKeepsItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &runHistory{book: newBook(), ended: map[pipeline.RunID]pipeline.Status{}}
		t.Repeat(map[string]func(*rapid.T){"begin": h.begins, "finish": h.finishes, "cancel": h.cancels, "": h.check})
		h.drain(t)
	})
}

// any draws one of the runs there are, by its number.
func (h *runHistory) any(t *rapid.T) int {
	if h.state.Runs == 0 {
		t.Skip("no run was made yet")
	}
	return rapid.IntRange(1, h.state.Runs).Draw(t, "run")
}

func (h *runHistory) begins(t *rapid.T) {
	environment := rapid.SampledFrom([]string{"dev", "production"}).Draw(t, "environment")
	policy := rapid.SampledFrom([]pipeline.Concurrency{pipeline.ConcurrencyQueue, pipeline.ConcurrencySkip, pipeline.ConcurrencyReplace}).Draw(t, "policy")
	read, before := h.state, snapshot(t, h.state)
	_, held := h.state.Active[environment]
	happened, err := h.begin(environment, policy)
	h.tell(t, happened, err, pipeline.ErrRefused)
	if skipped := held && policy == pipeline.ConcurrencySkip; skipped != (err != nil) || skipped && snapshot(t, h.state) != before {
		t.Fatalf("%s in %s: %v, and from %s to %s", policy, environment, err, before, snapshot(t, h.state))
	}
	if snapshot(t, read) != before {
		t.Fatalf("what was read was %s and is %s", before, snapshot(t, read))
	}
}

func (h *runHistory) finishes(t *rapid.T) {
	n := h.any(t)
	outcome := rapid.SampledFrom([]pipeline.Outcome{{Status: pipeline.StatusSucceeded}, {Status: pipeline.StatusFailed, Error: "StepFailed", Cause: "exit status 1"}, {Status: pipeline.StatusCancelled, Cause: "enough"}}).Draw(t, "outcome")
	read, before := h.state, snapshot(t, h.state)
	happened, err := h.finish(n, outcome)
	h.tell(t, happened, err, pipeline.ErrEnded)
	if snapshot(t, read) != before {
		t.Fatalf("what was read was %s and is %s", before, snapshot(t, read))
	}
}

// cancels does what a person's wish does: a run that waits ends, one that runs is asked to.
func (h *runHistory) cancels(t *rapid.T) {
	n := h.any(t)
	if h.runs[h.id(n)].Status == pipeline.StatusQueued {
		happened, err := h.finish(n, pipeline.Outcome{Status: pipeline.StatusCancelled, Cause: "cancelled by manager1"})
		h.tell(t, happened, err)
		return
	}
	event, err := h.cancel(n)
	if event != nil {
		h.tell(t, []events.Event{event}, err)
		return
	}
	h.tell(t, nil, err, pipeline.ErrEnded)
}

// tell adds what happened to the audit log, or holds that it was refused as it may be.
func (h *runHistory) tell(t *rapid.T, happened []events.Event, err error, may ...error) {
	if err != nil && !slices.ContainsFunc(may, func(e error) bool { return errors.Is(err, e) }) {
		t.Fatalf("it is %v, and may be %v", err, may)
	}
	for _, e := range happened {
		var last events.Record
		if n := len(h.log); n > 0 {
			last = h.log[n-1].Record
		}
		a, err := pipeline.Seal(pipeline.ProjectChain("storefront"), last, e, pipeline.System, at(h.minutes))
		if err != nil {
			t.Fatal(err)
		}
		fits(t, a)
		h.log = append(h.log, a)
	}
}

func (h *runHistory) check(t *rapid.T) {
	if len(h.runs) != h.state.Runs {
		t.Fatalf("%d runs were made, and the last is number %d", len(h.runs), h.state.Runs)
	}
	for _, environment := range []string{"dev", "production"} {
		h.checkEnvironment(t, environment)
	}
	for id, r := range h.runs {
		if was, ok := h.ended[id]; ok && was != r.Status || r.Status.Terminal() == r.FinishedAt.IsZero() {
			t.Fatalf("%s was %q, is %s and finished at %s", id, was, r.Status, r.FinishedAt)
		}
		if r.Status.Terminal() {
			h.ended[id] = r.Status
		}
	}
	h.checkFold(t)
}

// checkEnvironment: at most one run is active, the others that have not ended wait, in
// the order in which they were made, and only for one that is active.
func (h *runHistory) checkEnvironment(t *rapid.T, environment string) {
	var running, queued []pipeline.RunID
	for n := 1; n <= h.state.Runs; n++ {
		switch r := h.runs[h.id(n)]; {
		case r.Environment != environment || r.Status.Terminal():
		case r.Status == pipeline.StatusRunning:
			running = append(running, r.ID)
		default:
			queued = append(queued, r.ID)
		}
	}
	active, held := h.state.Active[environment]
	if len(running) > 1 || held != (len(running) == 1) || held && running[0] != active {
		t.Fatalf("%v run in %s, and %q is active", running, environment, active)
	}
	if !slices.Equal(queued, h.state.Waiting[environment]) || !held && len(queued) > 0 {
		t.Fatalf("%v are queued in %s behind %q, and %v wait", queued, environment, active, h.state.Waiting[environment])
	}
}

// checkFold: the statuses are what the audit log tells, and each run is requested,
// started and finished at most once.
func (h *runHistory) checkFold(t *rapid.T) {
	told, times := map[string]pipeline.Status{}, map[string]int{}
	for _, a := range h.log {
		var e events.RunbookFinished // which has the fields of the others that tell of a status
		if err := json.Unmarshal(a.Detail, &e); err != nil {
			t.Fatal(err)
		}
		switch a.Type {
		case events.RunbookRequested{}.Type():
			told[e.Run.Run] = pipeline.StatusQueued
		case events.RunbookStarted{}.Type():
			told[e.Run.Run] = pipeline.StatusRunning
		case events.RunbookFinished{}.Type():
			told[e.Run.Run] = pipeline.Status(e.Status)
		}
		if times[a.Type+e.Run.Run]++; times[a.Type+e.Run.Run] > 1 {
			t.Fatalf("%s comes again for %s", a.Type, e.Run.Run)
		}
	}
	for id, r := range h.runs {
		if told[id.String()] != r.Status {
			t.Fatalf("%s is %s, but the audit log says %s", id, r.Status, told[id.String()])
		}
	}
}

// drain ends whatever goes on until nothing does: then every run has ended.
func (h *runHistory) drain(t *rapid.T) {
	for len(h.state.Active) > 0 {
		for _, environment := range slices.Sorted(maps.Keys(h.state.Active)) {
			happened, err := h.finish(h.state.Active[environment].Number, pipeline.Outcome{Status: pipeline.StatusSucceeded})
			h.tell(t, happened, err)
		}
		h.check(t)
	}
	for id, r := range h.runs {
		if !r.Status.Terminal() {
			t.Fatalf("nothing goes on, and %s is %s", id, r.Status)
		}
	}
}
