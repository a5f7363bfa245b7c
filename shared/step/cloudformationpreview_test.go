package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"slipway/shared/step"
)

func TestAPreviewIsTheChangeSetThatTheAttemptExecutes(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	w := deploying("")
	for range 2 {
		if lines, ready, err := s.preview(w); len(lines) > 0 || ready || err != nil {
			t.Fatalf("while it is being made: %q, %t, %v", lines, ready, err)
		}
	}
	s.complete()
	for range 2 {
		lines, ready, err := s.preview(w)
		if want := []string{"Add Queue (AWS::SQS::Queue)", "Modify Topic (AWS::SNS::Topic) alerts, replacement: true"}; !slices.Equal(lines, want) || !ready || err != nil {
			t.Fatalf("once it is made: %q, %t, %v, want %q", lines, ready, err, want)
		}
	}
	if s.asked("ExecuteChangeSet") > 0 {
		t.Error("the preview executes it")
	}
	if outcome, failure := s.start("cloudformation", w); failure != nil || outcome.Done {
		t.Fatalf("Start = %+v, %v", outcome, failure)
	}
	if s.asked("CreateChangeSet") != 1 || s.asked("ExecuteChangeSet") != 1 {
		t.Errorf("%d change sets are made and %d executed, want 1 of each", s.asked("CreateChangeSet"), s.asked("ExecuteChangeSet"))
	}
}

func TestWhatIsShownForOtherParametersIsNotExecuted(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	s.preview(deploying(""))
	s.complete()
	s.start("cloudformation", deploying(`,"parameters":{"A":"1"}`))
	if s.asked("CreateChangeSet") != 2 || s.asked("ExecuteChangeSet") != 0 {
		t.Errorf("%d change sets are made and %d executed, want 2 and 0", s.asked("CreateChangeSet"), s.asked("ExecuteChangeSet"))
	}
}

func TestAPreviewTellsWhenThereIsLittleToTell(t *testing.T) {
	for name, c := range map[string]struct {
		with   string
		happen func(*stacks)
		want   string
	}{
		"nothing to change": {"", func(s *stacks) { s.fail("No updates are to be performed.") }, "Nothing to change in stack network"},
		"no resource":       {"", func(s *stacks) { s.complete(); s.set.Changes = nil }, "No resource of stack network changes, but its outputs, tags or other properties of its own"},
		"deletion":          {`,"action":"delete"`, nil, "Delete stack network"},
		"drift":             {`,"action":"drift"`, nil, "Look whether stack network has drifted, and change nothing"},
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		w := deploying("")
		if c.happen == nil {
			w = attempt("storefront_1_production_1", `{"stack":"network"`+c.with+`}`)
		} else {
			s.preview(w)
			c.happen(s)
		}
		if lines, ready, err := s.preview(w); !slices.Equal(lines, []string{c.want}) || !ready || err != nil {
			t.Errorf("%s: %q, %t, %v, want %q", name, lines, ready, err, c.want)
		}
		if name == "nothing to change" && s.set != nil {
			t.Errorf("%s: the change set is left", name)
		}
	}
}

func TestAnObsoleteChangeSetIsPreviewedAnew(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	w := deploying("")
	s.preview(w)
	s.complete()
	s.set.ExecutionStatus = types.ExecutionStatusObsolete
	s.refuse["DeleteChangeSet"] = &types.InvalidChangeSetStatusException{} // while the stack is being changed
	if lines, ready, err := s.preview(w); len(lines) > 0 || ready || err != nil {
		t.Errorf("while it can't be deleted, it comes to %q, %t, %v", lines, ready, err)
	}
	delete(s.refuse, "DeleteChangeSet")
	if lines, ready, err := s.preview(w); len(lines) > 0 || ready || err != nil || s.set != nil {
		t.Errorf("it comes to %q, %t, %v; the change set is %v", lines, ready, err, s.set)
	}
	s.preview(w)
	if s.asked("CreateChangeSet") != 2 {
		t.Errorf("%d change sets are made, want 2", s.asked("CreateChangeSet"))
	}
}

func TestAPreviewFailsAsTheStepWould(t *testing.T) {
	for name, c := range map[string]struct {
		happen    func(*stacks)
		want      string
		permanent bool
	}{
		"a template that is refused": {func(s *stacks) { s.refuse["CreateChangeSet"] = validation("Template format error") }, "ValidationError: stack network: Template format error", true},
		"a right that is missing":    {func(s *stacks) { s.refuse["CreateChangeSet"] = denied("cloudformation:CreateChangeSet") }, "AccessDenied: ", true},
		"a stack in use":             {func(s *stacks) { s.stack.StackStatus = types.StackStatusUpdateInProgress }, "StackBusy: ", false},
		"a change set that fails":    {func(s *stacks) { s.preview(deploying("")); s.fail("no such export") }, "ChangeSetFailed: the change set of stack network can't be made: no such export", true},
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		c.happen(s)
		lines, ready, err := s.preview(deploying(""))
		failure, ok := err.(*step.Failure)
		if !ok || !strings.HasPrefix(failure.Error(), c.want) || failure.Permanent != c.permanent || ready || len(lines) > 0 {
			t.Errorf("%s: %q, %t, %v, want %s", name, lines, ready, err, c.want)
		}
	}
}

func TestAPreviewOfANewStackLeavesItUnderReview(t *testing.T) {
	s := newStacks(t, "")
	s.preview(deploying(""))
	if s.made.ChangeSetType != types.ChangeSetTypeCreate || s.stack.StackStatus != types.StackStatusReviewInProgress {
		t.Errorf("a change set of the type %s is made, the stack is %s", s.made.ChangeSetType, s.stack.StackStatus)
	}
	if s.preview(deploying("")); s.asked("CreateChangeSet") != 1 || !strings.HasPrefix(aws.ToString(s.made.ChangeSetName), "slipway-") {
		t.Errorf("%d change sets are made, the last is %s", s.asked("CreateChangeSet"), aws.ToString(s.made.ChangeSetName))
	}
}

func TestAChangeSetThatIsMadeAnewIsExecutedOnlyAsItWasShown(t *testing.T) {
	lines := []string{"Add Queue (AWS::SQS::Queue)", "Modify Topic (AWS::SNS::Topic) alerts, replacement: true"}
	for name, c := range map[string]struct {
		shown    []string
		executed int
	}{
		"the same":           {lines, 1},
		"fewer":              {lines[:1], 0},
		"nothing to change":  {[]string{"Nothing to change in stack network"}, 0},
		"a run of a runbook": {nil, 1},
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		w := deploying("")
		w.Shown = c.shown
		s.start("cloudformation", w)
		s.complete()
		got := s.lookAgain()
		if s.asked("ExecuteChangeSet") != c.executed {
			t.Errorf("%s: %d change sets are executed, want %d", name, s.asked("ExecuteChangeSet"), c.executed)
		}
		if failed := len(got) == 1 && strings.Contains(got[0], "ChangesNotShown: "); failed != (c.executed == 0) {
			t.Errorf("%s: it comes to %q", name, got)
		}
	}
}

func TestOnlyKindsThatCanTellArePreviewed(t *testing.T) {
	for _, k := range step.Kinds() {
		if step.Previews(k.Name()) != (k.Name() == "cloudformation") {
			t.Errorf("step.Previews(%q) = %t", k.Name(), step.Previews(k.Name()))
		}
	}
	s := newStacks(t, "")
	if _, _, err := step.New(step.Dependencies{}).Preview(t.Context(), "script", deploying("")); err == nil || s.made != nil {
		t.Errorf("a script is previewed: %v", err)
	}
}

// preview asks a runner for the preview of w.
func (s *stacks) preview(w step.Work) (lines []string, ready bool, err error) {
	return s.runner.Preview(s.t.Context(), "cloudformation", w)
}
