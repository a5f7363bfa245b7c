package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

// executions returns what a step may be of: a deployment and a run, both of the plan
// "sha256:plan".
func executions() map[string]pipeline.Execution {
	d := deployment(1, "dev", pipeline.StatusRunning)
	d.Plan = "sha256:plan"
	r := pipeline.Run{ID: pipeline.RunID{Project: "storefront", Runbook: "incident", Number: 3}, Environment: "production", Status: pipeline.StatusRunning, Plan: "sha256:plan"}
	return map[string]pipeline.Execution{"deployment": d.Execution(), "run": r.Execution()}
}

// askedStep returns a step of x that asks quorum managers but the requester.
func askedStep(t *testing.T, x pipeline.Execution, quorum int) pipeline.StepRun {
	t.Helper()
	s, _, err := x.StartStep("confirm", "approval", 1, "token", noon)
	must(t, err)
	if s.Ask(x, pipeline.Asked{Message: "Go on?", Quorum: quorum, Groups: []string{"managers"}, Excluded: []string{"requester"}}, events.ApprovalStart{StateMachine: "arn"}) == nil {
		t.Fatal("it does not ask")
	}
	return s
}

// decideStep has somebody decide in a few words: "manager1 approve plan".
func decideStep(s *pipeline.StepRun, x pipeline.Execution, words string) (events.Event, error) {
	w := strings.Fields(words)
	return s.Decide(x, pipeline.Approval{By: w[0], Decision: w[1], Plan: "sha256:" + w[2], Note: "because", At: at(1)}, managers())
}

func TestAStepAsksOnceForThePlanOfItsExecution(t *testing.T) {
	for what, x := range executions() {
		s, _, err := x.StartStep("confirm", "approval", 1, "token", noon)
		must(t, err)
		asked := pipeline.Asked{Message: "Go on?", Quorum: 2, Groups: []string{"managers"}}
		event, ok := s.Ask(x, asked, events.ApprovalStart{StateMachine: "arn", Console: "https://console"}).(events.StepAwaitingApproval)
		input := events.ApprovalInput{Deployment: x.Subject.Deployment, Run: x.Subject.Run, Step: "confirm", Plan: "sha256:plan", Decision: "approve"}
		if !ok || event.Subject != x.Subject || event.Step != "confirm" || event.Message != "Go on?" || event.Plan != "sha256:plan" || event.Quorum != 2 ||
			!slices.Equal(event.Approvers, asked.Groups) || event.Start != (events.ApprovalStart{StateMachine: "arn", Console: "https://console", Input: input}) {
			t.Errorf("a step of a %s asks with %+v", what, event)
		}
		again := s.Ask(x, pipeline.Asked{Message: "Go on?", Quorum: 1, Groups: []string{"developers"}}, events.ApprovalStart{})
		if again != nil || s.Asked.Quorum != 2 || s.Approved(x) {
			t.Errorf("a step of a %s asks again with %+v, and of %+v", what, again, s.Asked)
		}
	}
}

func TestAStepIsApprovedByAQuorumOfDistinctPeople(t *testing.T) {
	for _, c := range []struct {
		quorum    int
		decisions string
		approved  bool
	}{
		{1, "", false},
		{1, "manager1 approve plan", true},
		{2, "manager1 approve plan", false},
		{2, "manager1 approve plan;manager2 approve plan", true},
		{1, "manager1 reject plan", false},
		{1, "manager1 approve plan;manager2 reject plan", false},
	} {
		for what, x := range executions() {
			s := askedStep(t, x, c.quorum)
			for _, words := range strings.FieldsFunc(c.decisions, func(r rune) bool { return r == ';' }) {
				_, err := decideStep(&s, x, words)
				must(t, err)
			}
			if s.Approved(x) != c.approved {
				t.Errorf("a step of a %s: quorum %d after %q is approved: %t", what, c.quorum, c.decisions, !c.approved)
			}
		}
	}
}

func TestADecisionOnAStepTellsWhoDecidedWhat(t *testing.T) {
	for what, x := range executions() {
		s := askedStep(t, x, 1)
		event, err := decideStep(&s, x, "manager1 approve plan")
		want := events.ApprovalDecided{Subject: x.Subject, Step: "confirm", Plan: "sha256:plan", Decision: "approve", By: "manager1", Note: "because"}
		if err != nil || event != want {
			t.Errorf("a step of a %s: %+v, %v", what, event, err)
		}
	}
}

func TestDecisionsOnAStepThatAreNotOnesToMakeAreRefused(t *testing.T) {
	for words, want := range map[string]error{
		"manager2 approve old":   pipeline.ErrRefused, // another plan
		"stranger approve plan":  pipeline.ErrRefused,
		"stranger reject plan":   pipeline.ErrRefused,
		"requester approve plan": pipeline.ErrRefused, // a member, but excluded
		"manager1 approve plan":  pipeline.ErrRefused, // has approved already
		"manager1 reject plan":   pipeline.ErrRefused,
		"manager2 maybe plan":    pipeline.ErrInvalid,
	} {
		for what, x := range executions() {
			s := askedStep(t, x, 2)
			_, err := decideStep(&s, x, "manager1 approve plan")
			must(t, err)
			event, err := decideStep(&s, x, words)
			wantError(t, words+" of a "+what, err, want)
			if event != nil || len(s.Approvals) != 1 || s.Approved(x) {
				t.Errorf("%s of a %s: it is refused and yet leaves %+v with %+v", words, what, s.Approvals, event)
			}
		}
	}
}

func TestAStepThatIsRejectedStaysRejected(t *testing.T) {
	for what, x := range executions() {
		s := askedStep(t, x, 1)
		if _, ok := s.Rejected(); ok {
			t.Errorf("a step of a %s is rejected by nobody", what)
		}
		_, err := decideStep(&s, x, "manager1 reject plan")
		must(t, err)
		_, err = decideStep(&s, x, "manager2 approve plan")
		wantError(t, "an approval of what was rejected, of a "+what, err, pipeline.ErrEnded)
		if a, ok := s.Rejected(); !ok || a.By != "manager1" || s.Approved(x) {
			t.Errorf("a step of a %s: rejected by %q, approved: %t", what, a.By, s.Approved(x))
		}
	}
}

func TestADecisionOnAStepCarriedHereAgainChangesNothing(t *testing.T) {
	x := executions()["run"]
	for _, decision := range []string{pipeline.DecisionApprove, pipeline.DecisionReject} {
		s := askedStep(t, x, 2)
		a := pipeline.Approval{Plan: "sha256:plan", By: "manager1", Decision: decision, Via: "arn:aws:states:us-east-1:000000000000:execution:Approve-production:1"}
		first, err := s.Decide(x, a, managers())
		must(t, err)
		again, err := s.Decide(x, a, managers())
		if err != nil || first == nil || again != nil || len(s.Approvals) != 1 {
			t.Errorf("%s again: %+v, %v, %d approvals", decision, again, err, len(s.Approvals))
		}
		_, err = s.Finish(x, pipeline.StepResult{}, at(2))
		must(t, err)
		if again, err := s.Decide(x, a, managers()); err != nil || again != nil {
			t.Errorf("%s again after the end: %+v, %v", decision, again, err)
		}
		a.Via += "1"
		if _, err := s.Decide(x, a, managers()); err == nil || len(s.Approvals) != 1 {
			t.Errorf("%s by another way: %v, %d approvals", decision, err, len(s.Approvals))
		}
	}
}

func TestOnlyAStepThatAsksIsDecidedOn(t *testing.T) {
	x := executions()["run"]
	silent, _, err := x.StartStep("confirm", "approval", 1, "token", noon)
	must(t, err)
	_, err = decideStep(&silent, x, "manager1 approve plan")
	wantError(t, "a step that does not ask", err, pipeline.ErrRefused)
	for _, result := range []pipeline.StepResult{{}, {Error: "TimedOut"}} {
		ended := askedStep(t, x, 1)
		_, err = ended.Finish(x, result, at(1))
		must(t, err)
		_, err = decideStep(&ended, x, "manager1 approve plan")
		wantError(t, "a step that has "+string(ended.Status), err, pipeline.ErrEnded)
	}
}

func TestANewAttemptAsksAnew(t *testing.T) {
	x := executions()["run"]
	first := askedStep(t, x, 1)
	_, err := decideStep(&first, x, "manager1 approve plan")
	must(t, err)
	second, _, err := x.StartStep("confirm", "approval", 2, "token2", at(2))
	must(t, err)
	if second.Asked != nil || second.Approved(x) {
		t.Errorf("the second attempt is approved by %+v", second.Approvals)
	}
}

// TestDecisionsTakenOnCopiesStayApart holds what a decision relies on that is taken
// again: what was decided on the first reading is not in the second.
func TestDecisionsTakenOnCopiesStayApart(t *testing.T) {
	x := executions()["run"]
	read := askedStep(t, x, 2)
	read.Approvals = slices.Grow(read.Approvals, 2)
	first, second := read, read
	_, err := decideStep(&first, x, "manager1 approve plan")
	must(t, err)
	_, err = decideStep(&second, x, "manager2 reject plan")
	must(t, err)
	if first.Approvals[0].By != "manager1" || second.Approvals[0].By != "manager2" || len(read.Approvals) > 0 {
		t.Errorf("they are %+v and %+v, of %+v", first.Approvals, second.Approvals, read.Approvals)
	}
}

// TestAStepThatWasGivenUpWithItsExecutionTakesNoDecision has one that still runs, as far
// as its own record tells: its execution was stopped.
func TestAStepThatWasGivenUpWithItsExecutionTakesNoDecision(t *testing.T) {
	for what, x := range executions() {
		s := askedStep(t, x, 1)
		x.Status = pipeline.StatusCancelled
		if event, err := decideStep(&s, x, "manager1 approve plan"); !errors.Is(err, pipeline.ErrEnded) || event != nil {
			t.Errorf("a step of a %s that is cancelled: %+v, %v", what, event, err)
		}
	}
}
