package step_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/events"
	"slipway/shared/step"
)

// A forum is a place with people who are asked.
type forum struct {
	*place
	asked   []step.Question
	verdict step.Verdict
	refuse  error // what asking comes to
}

func newForum(t *testing.T) *forum {
	f := &forum{place: newPlace(t)}
	f.runner = step.New(step.Dependencies{Objects: f.objects, Timers: f, Approvals: f, WorkBucket: "work", Now: func() time.Time { return f.now }})
	return f
}

// Ask implements [step.Approvals].
func (f *forum) Ask(_ context.Context, _ step.Work, q step.Question) error {
	f.asked = append(f.asked, q)
	return f.refuse
}

// Verdict implements [step.Approvals].
func (f *forum) Verdict(context.Context, step.Work) (step.Verdict, error) { return f.verdict, nil }

// The names of an attempt at an approval, of its step and of its work.
const (
	confirming  = "storefront_restart_17"
	confirmStep = confirming + "/check"
	confirmWork = confirmStep + "/1"
)

// ask starts the first attempt of a run that visitor1 asked for.
func (f *forum) ask(with string) *step.Failure {
	f.t.Helper()
	w := attempt(confirming, with)
	w.Runbook, w.StartedBy, w.Timeout = "restart", "visitor1", 73*time.Hour
	outcome, failure := f.start("approval", w)
	if outcome.Done {
		f.t.Errorf("it comes to %+v", outcome)
	}
	return failure
}

// decided delivers the event of a decision.
func (f *forum) decided(detail string) []string {
	f.t.Helper()
	return f.resume(events.Source, "approval.decided.v1", detail)
}

func TestAnApprovalAsksWhomItSays(t *testing.T) {
	for with, want := range map[string]step.Question{
		`{"approvers":["managers"]}`: {Quorum: 1, Groups: []string{"managers"}},
		`{"approvers":["managers","operators"],"quorum":2,"not":["requester"],"message":"Restart production?","within":"1h"}`: {
			Message: "Restart production?", Quorum: 2, Groups: []string{"managers", "operators"}, Excluded: []string{"visitor1"}},
		`{"approvers":["managers"],"not":[]}`: {Quorum: 1, Groups: []string{"managers"}},
	} {
		f := newForum(t)
		if failure := f.ask(with); failure != nil {
			t.Errorf("%s fails with %v", with, failure)
		}
		if diff := cmp.Diff([]step.Question{want}, f.asked); diff != "" {
			t.Errorf("%s asks (-want +got):\n%s", with, diff)
		}
	}
}

func TestADecisionEndsTheStep(t *testing.T) {
	for name, c := range map[string]struct {
		verdict step.Verdict
		want    string
	}{
		"approved":     {step.Verdict{Approved: true, By: []string{"manager1", "manager2"}}, confirmWork + " done"},
		"rejected":     {step.Verdict{Rejected: true, By: []string{"manager1"}, Note: "not today"}, confirmWork + " Rejected: rejected by manager1: not today"},
		"not yet both": {step.Verdict{By: []string{"manager1"}}, ""},
	} {
		f := newForum(t)
		f.ask(`{"approvers":["managers"],"quorum":2}`)
		f.verdict = c.verdict
		for _, other := range []string{`{"run":"storefront_restart_17","step":"other"}`, `{"run":"storefront_restart_18","step":"check"}`,
			`{"deployment":"storefront_1_production_1"}`, `{"run":"storefront_restart_17"}`, `{"step":3}`} {
			if got := f.decided(other); len(got) > 0 {
				t.Errorf("%s: a decision %s leads to %q", name, other, got)
			}
		}
		if got := strings.Join(f.decided(`{"run":"storefront_restart_17","step":"check"}`), " "); got != c.want {
			t.Errorf("%s: the decision leads to %q, want %q", name, got, c.want)
		}
	}
}

func TestAnApprovalOfADeploymentsStepIsFoundToo(t *testing.T) {
	f := newForum(t)
	w := attempt(waiting, `{"approvers":["managers"]}`)
	w.Timeout = 73 * time.Hour
	f.start("approval", w)
	f.verdict = step.Verdict{Approved: true, By: []string{"manager1"}}
	if got := f.decided(`{"deployment":"` + waiting + `","step":"check"}`); !slices.Equal(got, []string{waiting + "/check/1 done"}) {
		t.Errorf("the decision leads to %q", got)
	}
}

func TestWhoApprovedIsAnOutput(t *testing.T) {
	f := newForum(t)
	f.verdict = step.Verdict{Approved: true, By: []string{"manager1", "manager2"}} // before it has asked, in an attempt that was cut off
	w := attempt(confirming, `{"approvers":["managers"]}`)
	outcome, failure := f.start("approval", w)
	if failure != nil || !outcome.Done || outcome.Outputs["approved-by"] != "manager1, manager2" {
		t.Errorf("it comes to %+v, %v", outcome, failure)
	}
	if log := f.read("work", step.LogKey(confirming, "check", 1)); log != "asked managers for 1 approval(s)\napproved by manager1, manager2\n" {
		t.Errorf("the log says %q", log)
	}
}

func TestAnApprovalThatNobodyGivesEnds(t *testing.T) {
	f := newForum(t)
	f.ask(`{"approvers":["managers"],"within":"2d"}`)
	f.now = f.now.Add(time.Hour)
	f.ask(`{"approvers":["managers"],"within":"2d"}`) // again, as the function was repeated
	got := f.due("approval", confirmWork)
	if want := confirmWork + " NotDecided: nobody decided until 2026-03-03T12:00:00Z; run it again, or write a longer within"; !slices.Equal(got, []string{want}) {
		t.Errorf("it ends with %q, want %q", got, want)
	}
}

func TestADecisionInTimeCountsHoweverLateItIsSeen(t *testing.T) {
	f := newForum(t)
	f.ask(`{"approvers":["managers"],"within":"1h"}`)
	f.verdict = step.Verdict{Approved: true, By: []string{"manager1"}}
	if got := f.due("approval", confirmWork); !slices.Equal(got, []string{confirmWork + " done"}) {
		t.Errorf("it ends with %q", got)
	}
}

func TestACancelledApprovalEndsAtOnce(t *testing.T) {
	f := newForum(t)
	f.ask(`{"approvers":["managers"]}`)
	f.now = f.now.Add(time.Minute)
	for range 2 {
		if err := f.runner.Cancel(t.Context(), step.Attempt{Execution: confirming, Step: "check", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.due("approval", confirmWork); len(got) != 1 || !strings.Contains(got[0], "Cancelled: the step was cancelled at 2026-03-01T12:01:00Z") {
		t.Errorf("it ends with %q", got)
	}
}

func TestAnApprovalThatCannotBeAskedForFails(t *testing.T) {
	f := newForum(t)
	f.refuse = &step.Failure{Name: "NobodyToAsk", Permanent: true}
	if failure := f.ask(`{"approvers":["managers"],"quorum":9}`); failure == nil || failure.Name != "NobodyToAsk" {
		t.Errorf("it comes to %v", failure)
	}
	f.refuse = errors.New("the table is busy")
	if _, err := f.runner.Start(t.Context(), "approval", attempt(confirming, `{"approvers":["managers"]}`)); err == nil || !strings.Contains(err.Error(), "ask for the approval of step check of "+confirming) {
		t.Errorf("an answer that could not be had comes to %v", err)
	}
}

func TestAnApprovalKnowsHowLongItTakesAndWhomItNeeds(t *testing.T) {
	k, _ := step.Lookup("approval")
	for with, want := range map[string]string{`{"approvers":["a"]}`: "72h15m0s true", `{"approvers":["a"],"within":"2d"}`: "48h15m0s true", `{}`: "72h15m0s false"} {
		if got := fmt.Sprint(k.(step.Timed).Timeout([]byte(with))); got != want {
			t.Errorf("%s takes %s, want %s", with, got, want)
		}
	}
	refs, err := k.References([]byte(`{"approvers":["a","b"],"quorum":2,"message":"{environment}?"}`))
	want := step.References{Groups: []string{"a", "b"}, Quorum: 2, Templates: []step.Template{{Key: "message", Text: "{environment}?"}}}
	if diff := cmp.Diff(want, refs); err != nil || diff != "" {
		t.Errorf("it refers to, %v (-want +got):\n%s", err, diff)
	}
}

func FuzzApprovalDecisions(f *testing.F) {
	f.Add("approval.decided.v1", `{"run":"storefront_restart_17","step":"check"}`)
	f.Add("approval.decided.v1", `{"deployment":"storefront_1_production_1"}`)
	k, _ := step.Lookup("approval")
	f.Fuzz(func(t *testing.T, detailType, detail string) {
		if names := k.(step.Remote).Works(events.Raw{DetailType: detailType, Detail: []byte(detail)}); len(names) > 1 {
			t.Errorf("%s is about %q", detail, names)
		}
	})
}
