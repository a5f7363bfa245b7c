package pipeline_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

// A shift is a book whose moves must all be taken.
type shift struct {
	*testing.T
	*book
}

func newShift(t *testing.T) shift { return shift{t, newBook()} }

// starts makes the next run and returns what happened, in short.
func (s shift) starts(environment string, policy pipeline.Concurrency) string {
	s.Helper()
	happened, err := s.begin(environment, policy)
	must(s.T, err)
	return strings.Join(types(happened), " ")
}

// ends lets run number n succeed and returns what happened, in short.
func (s shift) ends(n int) string {
	s.Helper()
	happened, err := s.finish(n, pipeline.Outcome{Status: pipeline.StatusSucceeded})
	must(s.T, err)
	return strings.Join(types(happened), " ")
}

// want checks the statuses of all runs, such as "1 succeeded, 2 running".
func (s shift) want(all string) {
	s.Helper()
	var found []string
	for n := 1; n <= s.state.Runs; n++ {
		found = append(found, fmt.Sprintf("%d %s", n, s.runs[s.id(n)].Status))
	}
	if got := strings.Join(found, ", "); got != all {
		s.Errorf("they are %s; want %s", got, all)
	}
}

func TestARunStartsWhenNoneGoesOn(t *testing.T) {
	for _, policy := range []pipeline.Concurrency{pipeline.ConcurrencyQueue, pipeline.ConcurrencySkip, pipeline.ConcurrencyReplace} {
		s := newShift(t)
		if got := s.starts("dev", policy); got != "runbook.requested.v1 runbook.started.v1" {
			t.Errorf("%s: it causes %q", policy, got)
		}
		s.want("1 running")
		if r := s.runs[s.id(1)]; s.state.Active["dev"] != r.ID || !r.StartedAt.Equal(at(1)) || len(s.state.Waiting) > 0 {
			t.Errorf("%s: %+v is active, %+v", policy, s.state, r)
		}
		s.ends(1)
		if s.starts("dev", policy); s.state.Active["dev"] != s.id(2) {
			t.Errorf("%s: after the first has ended, %q is active", policy, s.state.Active["dev"])
		}
	}
}

func TestAQueuedRunWaitsForTheOneBefore(t *testing.T) {
	s := newShift(t)
	s.starts("dev", pipeline.ConcurrencyQueue)
	happened, err := s.begin("dev", pipeline.ConcurrencyQueue)
	must(t, err)
	if len(happened) != 1 || happened[0].(events.RunbookRequested).Holder != "storefront_clean-up_1" {
		t.Errorf("it causes %+v", happened)
	}
	s.want("1 running, 2 queued")
	happened, err = s.finish(1, pipeline.Outcome{Status: pipeline.StatusFailed, Error: "StepFailed"})
	must(t, err)
	if got := types(happened); !slices.Equal(got, []string{"runbook.finished.v1", "runbook.started.v1"}) || !happened[1].(events.RunbookStarted).Queued {
		t.Errorf("the end of the first causes %+v", happened)
	}
	s.want("1 failed, 2 running")
}

func TestTheFirstThatWaitsFollows(t *testing.T) {
	s := newShift(t)
	for range 4 {
		s.starts("dev", pipeline.ConcurrencyQueue)
	}
	s.want("1 running, 2 queued, 3 queued, 4 queued")
	s.ends(1)
	s.want("1 succeeded, 2 running, 3 queued, 4 queued")
	if got := s.ends(3); got != "runbook.finished.v1" { // as one does that is cancelled while it waits
		t.Errorf("the end of one that waits causes %q", got)
	}
	s.want("1 succeeded, 2 running, 3 succeeded, 4 queued")
	s.ends(2)
	s.ends(4)
	s.want("1 succeeded, 2 succeeded, 3 succeeded, 4 succeeded")
	if len(s.state.Active)+len(s.state.Waiting) > 0 {
		t.Errorf("in the end there are %v and %v", s.state.Active, s.state.Waiting)
	}
}

func TestEnvironmentsDoNotWaitForEachOther(t *testing.T) {
	s := newShift(t)
	s.starts("dev", pipeline.ConcurrencyQueue)
	s.starts("production", pipeline.ConcurrencyQueue)
	s.starts("production", pipeline.ConcurrencyQueue)
	s.starts("dev", pipeline.ConcurrencyQueue)
	s.want("1 running, 2 running, 3 queued, 4 queued")
	s.ends(1)
	s.want("1 succeeded, 2 running, 3 queued, 4 running")
	s.ends(2)
	s.want("1 succeeded, 2 succeeded, 3 running, 4 running")
}

func TestASkippedRunIsNotMade(t *testing.T) {
	s := newShift(t)
	s.starts("dev", pipeline.ConcurrencySkip)
	happened, err := s.begin("dev", pipeline.ConcurrencySkip)
	wantError(t, "the second", err, pipeline.ErrRefused)
	if err == nil || !strings.Contains(err.Error(), "storefront_clean-up_1") || len(happened) > 0 {
		t.Errorf("%v does not name the run that goes on, with %q", err, types(happened))
	}
	if next := s.state.NextRun().Number; next != 2 {
		t.Errorf("the next run is number %d", next)
	}
	s.want("1 running")
}

func TestARunThatReplacesWaitsForTheEndOfTheOther(t *testing.T) {
	s := newShift(t)
	s.starts("dev", pipeline.ConcurrencyReplace)
	if got := s.starts("dev", pipeline.ConcurrencyReplace); got != "runbook.cancelling.v1 runbook.requested.v1" {
		t.Errorf("it causes %q", got)
	}
	if c := s.runs[s.id(1)].Cancelling; c == nil || c.By != "manager1" || c.Cause != "replaced by run storefront_clean-up_2" || !c.At.Equal(at(2)) {
		t.Errorf("the first is cancelled with %+v", c)
	}
	s.want("1 running, 2 queued")
	if got := s.starts("dev", pipeline.ConcurrencyReplace); got != "runbook.finished.v1 runbook.requested.v1" {
		t.Errorf("a third, with the first on its way out, causes %q", got)
	}
	s.ends(1)
	s.want("1 succeeded, 2 cancelled, 3 running")
}

func TestNoMoreThanMaxWaitingRunsWait(t *testing.T) {
	s := newShift(t)
	for range 1 + pipeline.MaxWaiting {
		s.starts("dev", pipeline.ConcurrencyQueue)
	}
	_, err := s.begin("dev", pipeline.ConcurrencyQueue)
	wantError(t, "one more", err, pipeline.ErrRefused)
	if len(s.state.Waiting["dev"]) != pipeline.MaxWaiting || s.state.NextRun().Number != pipeline.MaxWaiting+2 {
		t.Errorf("%d wait, and the next is number %d", len(s.state.Waiting["dev"]), s.state.NextRun().Number)
	}
	if s.starts("production", pipeline.ConcurrencyQueue); s.runs[s.state.Active["production"]].Status != pipeline.StatusRunning {
		t.Error("those that wait in one environment keep another from running")
	}
	s.ends(1)
	s.starts("dev", pipeline.ConcurrencyQueue)
	s.starts("dev", pipeline.ConcurrencyReplace)
	if len(s.state.Waiting["dev"]) != 1 {
		t.Errorf("%d wait beside the run that replaces them", len(s.state.Waiting["dev"])-1)
	}
}

// TestACopyOfAStateIsAnother holds what a decision relies on that is taken again: what
// was read stays as it was read.
func TestACopyOfAStateIsAnother(t *testing.T) {
	moves := map[string]func(b *book) error{
		"begin":         func(b *book) error { _, err := b.begin("dev", pipeline.ConcurrencyQueue); return err },
		"replace":       func(b *book) error { _, err := b.begin("dev", pipeline.ConcurrencyReplace); return err },
		"begin another": func(b *book) error { _, err := b.begin("staging", pipeline.ConcurrencyQueue); return err },
		"finish": func(b *book) error {
			_, err := b.finish(1, pipeline.Outcome{Status: pipeline.StatusFailed})
			return err
		},
		"finish queued": func(b *book) error {
			_, err := b.finish(2, pipeline.Outcome{Status: pipeline.StatusCancelled})
			return err
		},
	}
	for name, move := range moves {
		s := newShift(t)
		for range 3 {
			s.starts("dev", pipeline.ConcurrencyQueue)
		}
		s.starts("production", pipeline.ConcurrencyQueue)
		read := s.state
		before := snapshot(t, read)
		must(t, move(s.book))
		if after := snapshot(t, read); after != before {
			t.Errorf("%s changes what was read:\n%s\n%s", name, before, after)
		}
		if snapshot(t, s.state) == before {
			t.Errorf("%s changes nothing", name)
		}
	}
}

// snapshot returns state as text.
func snapshot(t interface{ Fatal(...any) }, state pipeline.RunbookState) string {
	data, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
