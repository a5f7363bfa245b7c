package step_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"slipway/shared/step"
)

const deploymentDone = "storefront_1_production_1/check/1 done"

func TestAStackIsDeployedByAChangeSet(t *testing.T) {
	for before, action := range map[types.StackStatus]types.ChangeSetType{
		"":                                      types.ChangeSetTypeCreate,
		types.StackStatusReviewInProgress:       types.ChangeSetTypeCreate,
		types.StackStatusCreateComplete:         types.ChangeSetTypeUpdate,
		types.StackStatusUpdateRollbackComplete: types.ChangeSetTypeUpdate,
	} {
		s := newStacks(t, before)
		s.pages = true
		w := deploying(`,"parameters":{"B":"2","A":"1"},"capabilities":["CAPABILITY_IAM"],"tags":{"team":"x"}`)
		for range 2 { // as when Start is repeated
			if outcome, failure := s.start("cloudformation", w); failure != nil || outcome.Done {
				t.Fatalf("%s: Start = %+v, %v", before, outcome, failure)
			}
		}
		if s.asked("CreateChangeSet") != 1 || s.made.ChangeSetType != action || aws.ToString(s.made.Parameters[0].ParameterKey) != "A" {
			t.Errorf("%s: %d change sets, the last by %+v", before, s.asked("CreateChangeSet"), s.made)
		}
		s.complete()
		if got := s.lookAgain(); len(got) > 0 || s.asked("ExecuteChangeSet") != 1 {
			t.Fatalf("%s: it comes to %q, %d executions", before, got, s.asked("ExecuteChangeSet"))
		}
		s.happens(types.StackStatusUpdateComplete, s.token())
		if got := s.told(types.StackStatusUpdateComplete, s.token()); !slices.Equal(got, []string{deploymentDone}) {
			t.Errorf("%s: the event leads to %q", before, got)
		}
		outcome, failure := s.start("cloudformation", w)
		want := map[string]string{"stack-id": networkID, "stack-status": "UPDATE_COMPLETE", "changes": "2"}
		if before != "" && before != types.StackStatusReviewInProgress || s.stack.Outputs != nil {
			want["Url"] = "https://example.com"
		}
		if failure != nil || !outcome.Done || !reflect.DeepEqual(outcome.Outputs, want) {
			t.Errorf("%s: it comes to %+v, %v, want %v", before, outcome, failure, want)
		}
		if s.asked("CreateChangeSet") != 1 || s.asked("ExecuteChangeSet") != 1 {
			t.Errorf("%s: %d change sets, %d executions", before, s.asked("CreateChangeSet"), s.asked("ExecuteChangeSet"))
		}
	}
}

func TestTheLogShowsEachChange(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", deploying(""))
	s.complete()
	s.lookAgain()
	log := s.read("work", step.LogKey("storefront_1_production_1", "check", 1))
	for _, line := range []string{"Add Queue (AWS::SQS::Queue)\n", "Modify Topic (AWS::SNS::Topic) alerts, replacement: true\n"} {
		if !strings.Contains(log, line) {
			t.Errorf("the log has no line %q:\n%s", line, log)
		}
	}
}

func TestAChangeSetWithoutChangesIsASuccess(t *testing.T) {
	for reason, want := range map[string]string{
		"The submitted information didn't contain changes. Submit different information to create a change set.": "done",
		"No updates are to be performed.": "done",
		"Template error: no such thing":   "ChangeSetFailed: the change set of stack network can't be made: Template error: no such thing",
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		s.start("cloudformation", deploying(""))
		s.fail(reason)
		if got := s.lookAgain(); !slices.Equal(got, []string{"storefront_1_production_1/check/1 " + want}) {
			t.Errorf("%s: it comes to %q, want %s", reason, got, want)
		}
		if s.set != nil || s.asked("ExecuteChangeSet") > 0 {
			t.Errorf("%s: the change set is %+v", reason, s.set)
		}
	}
}

func TestAnOperationThatIsRolledBackTellsWhatFailedFirst(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	s.pages = true
	s.start("cloudformation", deploying(""))
	s.complete()
	s.lookAgain()
	token := s.token()
	for _, e := range []types.StackEvent{
		{LogicalResourceId: aws.String("Queue"), ResourceType: aws.String("AWS::SQS::Queue"), ResourceStatus: types.ResourceStatusCreateFailed, ResourceStatusReason: aws.String("no such key"), ClientRequestToken: &token},
		{LogicalResourceId: aws.String("Topic"), ResourceType: aws.String("AWS::SNS::Topic"), ResourceStatus: types.ResourceStatusUpdateFailed, ResourceStatusReason: aws.String("Resource update cancelled"), ClientRequestToken: &token},
		{LogicalResourceId: aws.String("Other"), ResourceStatus: types.ResourceStatusCreateFailed, ResourceStatusReason: aws.String("of another operation")},
	} {
		s.tell(e)
	}
	s.happens(types.StackStatusUpdateRollbackComplete, token)
	s.happens(types.StackStatusUpdateInProgress, "somebody else's")
	want := "storefront_1_production_1/check/1 StackFailed: stack network came to UPDATE_ROLLBACK_COMPLETE: Queue (AWS::SQS::Queue) is CREATE_FAILED: no such key"
	if got := s.told(types.StackStatusUpdateRollbackComplete, token); !slices.Equal(got, []string{want}) {
		t.Errorf("it comes to %q, want %s", got, want)
	}
	if len(s.timers) > 1 { // that of the change set has come due
		t.Errorf("timers are left: %v", s.timers)
	}
}

func TestAStackThatTakesNoChangeSetFailsTheStep(t *testing.T) {
	for status, c := range map[types.StackStatus]struct {
		want      string
		permanent bool
	}{
		types.StackStatusUpdateInProgress:                {"StackBusy: stack network is UPDATE_IN_PROGRESS by somebody else", false},
		types.StackStatusUpdateCompleteCleanupInProgress: {"StackBusy", false},
		types.StackStatusRollbackComplete:                {"StackUnusable: stack network is ROLLBACK_COMPLETE and can't be updated; delete it", true},
		types.StackStatusDeleteFailed:                    {"StackUnusable", true},
		types.StackStatusUpdateRollbackFailed:            {"StackUnusable: stack network is UPDATE_ROLLBACK_FAILED; mend", true},
	} {
		s := newStacks(t, status)
		_, failure := s.start("cloudformation", deploying(""))
		if failure == nil || !strings.HasPrefix(failure.Error(), c.want) || failure.Permanent != c.permanent || s.made != nil {
			t.Errorf("%s: %v, want %s", status, failure, c.want)
		}
	}
}

func TestWhatCloudFormationRefusesFailsTheStep(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"CreateChangeSet": {validation("Parameters: [Zones] must have values"), "ValidationError: stack network: Parameters: [Zones] must have values"},
		"DescribeStacks":  {denied("cloudformation:DescribeStacks"), "AccessDenied: the rights of environment production are too few"},
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		s.refuse[name] = c.err
		_, failure := s.start("cloudformation", deploying(""))
		if failure == nil || !strings.HasPrefix(failure.Error(), c.want) || !failure.Permanent {
			t.Errorf("%s: %v, want %s", name, failure, c.want)
		}
	}
	s := newStacks(t, types.StackStatusCreateComplete)
	s.refuse["CreateChangeSet"] = validation("Stack:" + networkID + " is in UPDATE_IN_PROGRESS state and can not be updated.")
	if _, failure := s.start("cloudformation", deploying("")); failure == nil || failure.Name != "StackBusy" || failure.Permanent {
		t.Errorf("while somebody else updates it: %v", failure)
	}
	s = newStacks(t, types.StackStatusCreateComplete)
	s.refuse["CreateChangeSet"] = &types.InsufficientCapabilitiesException{Message: aws.String("Requires capabilities : [CAPABILITY_IAM]")}
	if _, failure := s.start("cloudformation", deploying("")); failure == nil || failure.Name != "InsufficientCapabilities" {
		t.Errorf("without capabilities: %v", failure)
	}
}

func TestAnObsoleteOrDeletedChangeSetFailsTheStep(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", deploying(""))
	s.complete()
	s.set.ExecutionStatus = types.ExecutionStatusObsolete
	if got := s.lookAgain(); len(got) != 1 || !strings.Contains(got[0], "ChangeSetObsolete") {
		t.Errorf("obsolete: it comes to %q", got)
	}
	work := "change-set " + *s.set.ChangeSetId
	s.set = nil
	if got := s.due("cloudformation", work); len(got) != 1 || !strings.Contains(got[0], "Stopped: change set") {
		t.Errorf("deleted: it comes to %q", got)
	}
}

func TestAStackThatTakesTooLongTimesOut(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	w := deploying("")
	s.start("cloudformation", w)
	s.now = s.now.Add(w.Timeout)
	if got := s.resume("slipway", step.TimerDue, fmt.Sprintf(`{"kind":"cloudformation","work":"change-set %s"}`, *s.set.ChangeSetId)); len(got) != 1 || !strings.Contains(got[0], "TimedOut: the change set") {
		t.Errorf("before the change set is made: %q", got)
	}
	s = newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", w)
	s.complete()
	s.lookAgain()
	began, operation := s.now, "operation "+networkID+" "+s.token()
	if at := s.timers["cloudformation "+operation]; !at.Equal(began.Add(time.Hour)) {
		t.Errorf("the timer is set for %s", at)
	}
	if got := s.due("cloudformation", operation); len(got) != 1 || !strings.Contains(got[0], "TimedOut: stack network was not done within 1h0m0s") || s.asked("CancelUpdateStack") != 1 {
		t.Errorf("while it is updated: %q, %d cancellations", got, s.asked("CancelUpdateStack"))
	}
}

func TestACancelledStackIsLeftOrRolledBack(t *testing.T) {
	cancel := func(s *stacks) {
		if err := s.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "check", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	s := newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", deploying(""))
	cancel(s)
	if s.set != nil || s.stack.StackStatus != types.StackStatusCreateComplete {
		t.Errorf("before its execution, the change set is %+v, the stack %s", s.set, s.stack.StackStatus)
	}
	cancel(s)
	s = newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", deploying(""))
	s.complete()
	s.lookAgain()
	token := s.token()
	cancel(s)
	cancel(s)
	if s.asked("CancelUpdateStack") != 1 || s.stack.StackStatus != types.StackStatusUpdateRollbackInProgress {
		t.Errorf("%d cancellations; the stack is %s", s.asked("CancelUpdateStack"), s.stack.StackStatus)
	}
	s.happens(types.StackStatusUpdateRollbackComplete, token+"-cancel")
	if got := s.told(types.StackStatusUpdateRollbackComplete, token+"-cancel"); len(got) != 1 || !strings.Contains(got[0], "StackFailed: stack network came to UPDATE_ROLLBACK_COMPLETE: its events tell no reason") {
		t.Errorf("it comes to %q", got)
	}
}

func TestAnOperationWithoutEventsYetGoesOn(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", deploying(""))
	s.complete()
	s.set.CreationTime = aws.Time(s.now.Add(-72 * time.Hour)) // shown long before
	s.set.ExecutionStatus = types.ExecutionStatusExecuteInProgress
	if got := s.lookAgain(); len(got) > 0 || s.asked("CancelUpdateStack") > 0 {
		t.Errorf("it comes to %q", got)
	}
	s.set.ExecutionStatus = types.ExecutionStatusExecuteFailed
	if got := s.told(types.StackStatusUpdateFailed, s.operationToken()); len(got) != 1 || !strings.Contains(got[0], "StackFailed: stack network came to UPDATE_FAILED") {
		t.Errorf("it comes to %q", got)
	}
}

// operationToken returns the token of the operation for whose end a timer is set.
func (s *stacks) operationToken() string {
	s.t.Helper()
	for timer := range s.timers {
		if token, found := strings.CutPrefix(timer, "cloudformation operation "+networkID+" "); found {
			return token
		}
	}
	s.t.Fatalf("no operation goes on: %v", s.timers)
	return ""
}
