package pipeline_test

import (
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

func TestARunEndsOnceAsItsOutcomeSays(t *testing.T) {
	subject := events.Run{Run: "storefront_clean-up_1", Project: "storefront", Runbook: "clean-up", Environment: "dev"}
	for outcome, want := range map[pipeline.Outcome]struct {
		reason string
		event  events.RunbookFinished
	}{
		{Status: pipeline.StatusSucceeded}:                                           {"", events.RunbookFinished{Run: subject, Status: "succeeded"}},
		{Status: pipeline.StatusFailed, Error: "StepFailed", Cause: "exit status 1"}: {"StepFailed: exit status 1", events.RunbookFinished{Run: subject, Status: "failed", Error: "StepFailed", Cause: "exit status 1"}},
		{Status: pipeline.StatusCancelled, Cause: "enough"}:                          {"enough", events.RunbookFinished{Run: subject, Status: "cancelled", Cause: "enough"}},
	} {
		b := newBook()
		_, err := b.begin("dev", pipeline.ConcurrencyQueue)
		must(t, err)
		happened, err := b.finish(1, outcome)
		must(t, err)
		r := b.runs[b.id(1)]
		if len(happened) != 1 || happened[0] != want.event || r.Status != outcome.Status || r.Reason != want.reason || !r.FinishedAt.Equal(at(2)) {
			t.Errorf("%+v: %+v with %+v", outcome, r, happened)
		}
		for _, again := range []pipeline.Status{pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled} {
			happened, err := b.finish(1, pipeline.Outcome{Status: again})
			wantError(t, string(outcome.Status)+", then "+string(again), err, pipeline.ErrEnded)
			if len(happened) > 0 || b.runs[b.id(1)] != r {
				t.Errorf("%s, then %s: %+v with %q", outcome.Status, again, b.runs[b.id(1)], types(happened))
			}
		}
	}
}

func TestARunEndsByNoOtherStatus(t *testing.T) {
	for _, status := range []pipeline.Status{"", pipeline.StatusRequested, pipeline.StatusAwaitingApproval, pipeline.StatusQueued, pipeline.StatusRunning, pipeline.StatusRejected, pipeline.StatusSuperseded} {
		b := newBook()
		_, err := b.begin("dev", pipeline.ConcurrencyQueue)
		must(t, err)
		_, err = b.finish(1, pipeline.Outcome{Status: status})
		wantError(t, string(status), err, pipeline.ErrInvalid)
		if r := b.runs[b.id(1)]; r.Status != pipeline.StatusRunning || b.state.Active["dev"] != r.ID {
			t.Errorf("%s: it is %s, and %q is active", status, r.Status, b.state.Active["dev"])
		}
	}
}

func TestCancellingIsNotedOnceAndEndsNothing(t *testing.T) {
	b := newBook()
	_, err := b.begin("dev", pipeline.ConcurrencyQueue)
	must(t, err)
	event, err := b.cancel(1)
	must(t, err)
	r := b.runs[b.id(1)]
	if want := (events.RunbookCancelling{Run: r.Subject(), Cause: "cancelled by manager1"}); event != want || r.Status != pipeline.StatusRunning {
		t.Errorf("it is %s, with %+v", r.Status, event)
	}
	again, err := b.cancel(1)
	if err != nil || again != nil || !b.runs[b.id(1)].Cancelling.At.Equal(at(2)) {
		t.Errorf("cancelling again: %v with %+v, noted at %s", err, again, b.runs[b.id(1)].Cancelling.At)
	}
	_, err = b.finish(1, pipeline.Outcome{Status: pipeline.StatusCancelled})
	must(t, err)
	_, err = b.cancel(1)
	wantError(t, "cancelling what has ended", err, pipeline.ErrEnded)
}

func TestNoStepStartsOfARunThatIsBeingCancelled(t *testing.T) {
	b := newBook()
	_, err := b.begin("dev", pipeline.ConcurrencyQueue)
	must(t, err)
	_, event, err := b.runs[b.id(1)].Execution().StartStep("old-files", "cleanup", 1, "token", at(2))
	must(t, err)
	subject := events.Subject{Run: "storefront_clean-up_1", Runbook: "clean-up", Project: "storefront", Environment: "dev"}
	if want := (events.StepStarted{Subject: subject, Step: "old-files", Kind: "cleanup", Attempt: 1}); event != want || subject.ID() != "storefront_clean-up_1" {
		t.Errorf("the step starts with %+v", event)
	}
	_, err = b.cancel(1)
	must(t, err)
	_, _, err = b.runs[b.id(1)].Execution().StartStep("old-images", "cleanup", 1, "token", at(3))
	wantError(t, "a step after that", err, pipeline.ErrCancelling)
}
