package step_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"slipway/shared/step"
)

const (
	restarting   = "storefront_restart_7"
	restart      = `{"document":"AWS-RestartEC2Instance","version":"$DEFAULT","parameters":{"InstanceId":["i-1","i-2"],"Note":"by hand"}}`
	executionID  = "333ba70b-2333-48db-b17e-a5e69c6f4d1c"
	executionEnd = `{"ExecutionId":"` + executionID + `","Definition":"AWS-RestartEC2Instance","DefinitionVersion":1.0,"Status":"Success"}`
)

// automated is a place with a Systems Manager that has one execution.
type automated struct {
	*place
	run     *types.AutomationExecution
	started []*ssm.StartAutomationExecutionInput
	stopped []string
	refuses error // what a start is refused with
	ended   bool  // whether a stop comes too late
}

func newAutomated(t *testing.T) *automated {
	a := &automated{place: newPlace(t)}
	a.run = &types.AutomationExecution{AutomationExecutionId: aws.String(executionID), DocumentName: aws.String("AWS-RestartEC2Instance"),
		AutomationExecutionStatus: types.AutomationExecutionStatusInprogress, CurrentStepName: aws.String("stopInstances"), ExecutionStartTime: aws.Time(a.now)}
	a.answer = a.serve
	return a
}

func (a *automated) serve(request any) (any, error) {
	switch in := request.(type) {
	case *ssm.StartAutomationExecutionInput:
		if a.refuses != nil {
			return nil, a.refuses
		}
		a.started = append(a.started, in)
		return &ssm.StartAutomationExecutionOutput{AutomationExecutionId: aws.String(executionID)}, nil
	case *ssm.StopAutomationExecutionInput:
		if a.ended {
			return nil, &types.InvalidAutomationStatusUpdateException{}
		}
		a.stopped = append(a.stopped, aws.ToString(in.AutomationExecutionId))
		return &ssm.StopAutomationExecutionOutput{}, nil
	}
	if a.run == nil {
		return nil, &types.AutomationExecutionNotFoundException{}
	}
	return &ssm.GetAutomationExecutionOutput{AutomationExecution: a.run}, nil
}

// tell sends the event that the execution has another status.
func (a *automated) tell() []string {
	a.t.Helper()
	return a.resume("aws.ssm", "EC2 Automation Execution Status-change Notification", executionEnd)
}

func TestARunbookIsStartedOnceAndItsEndIsTold(t *testing.T) {
	a := newAutomated(t)
	for range 2 {
		if outcome, failure := a.start("automation", attempt(restarting, restart)); failure != nil || outcome.Done {
			t.Fatalf("it starts as %+v, %v", outcome, failure)
		}
	}
	if len(a.started) != 1 {
		t.Fatalf("it was started %d times", len(a.started))
	}
	in := a.started[0]
	if aws.ToString(in.DocumentName) != "AWS-RestartEC2Instance" || aws.ToString(in.DocumentVersion) != "$DEFAULT" ||
		!slices.Equal(in.Parameters["InstanceId"], []string{"i-1", "i-2"}) || !slices.Equal(in.Parameters["Note"], []string{"by hand"}) {
		t.Errorf("it was asked for with %+v", in)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(aws.ToString(in.ClientToken)) {
		t.Errorf("its token is %q", aws.ToString(in.ClientToken))
	}
	if got := a.tell(); len(got) != 0 {
		t.Errorf("while it goes on, its event leads to %q", got)
	}
	a.run.AutomationExecutionStatus = types.AutomationExecutionStatusSuccess
	if got := a.tell(); !slices.Equal(got, []string{restarting + "/check/1 done"}) {
		t.Errorf("its end leads to %q", got)
	}
	if len(a.timers) != 0 {
		t.Errorf("what has ended leaves the timers %v", a.timers)
	}
	log := a.read("work", step.LogKey(restarting, "check", 1))
	if !strings.HasPrefix(log, "execution "+executionID+": InProgress, step stopInstances\n") || !strings.HasSuffix(log, ": Success, step stopInstances\n") {
		t.Errorf("the log says %q", log)
	}
}

func TestTokensOfAttemptsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 3 {
		a := newAutomated(t)
		w := attempt(restarting, restart)
		w.Attempt = i + 1
		a.start("automation", w)
		seen[aws.ToString(a.started[0].ClientToken)] = true
	}
	if len(seen) != 3 {
		t.Errorf("three attempts have %d tokens", len(seen))
	}
}

func TestARunbooksOutputsAreTheSteps(t *testing.T) {
	a := newAutomated(t)
	a.run.AutomationExecutionStatus = types.AutomationExecutionStatusCompletedWithSuccess
	a.run.Outputs = map[string][]string{"start.InstanceStates": {"running", "running"}, "OutputPayload": {}, "1.x": {"y"}, "long": {strings.Repeat("x", 5000)}}
	outcome, failure := a.start("automation", attempt(restarting, restart))
	want := map[string]string{"execution": executionID, "start-InstanceStates": "running,running", "OutputPayload": ""}
	if failure != nil || !outcome.Done || !maps.Equal(outcome.Outputs, want) {
		t.Errorf("it comes to %+v, %v", outcome, failure)
	}
}

func TestHowARunbookFails(t *testing.T) {
	broken := []types.StepExecution{
		{StepName: aws.String("stopInstances"), Action: aws.String("aws:changeInstanceState"), StepStatus: types.AutomationExecutionStatusSuccess},
		{StepName: aws.String("startInstances"), Action: aws.String("aws:changeInstanceState"), StepStatus: types.AutomationExecutionStatusFailed, FailureMessage: aws.String("no capacity")},
	}
	for status, want := range map[types.AutomationExecutionStatus]string{
		types.AutomationExecutionStatusFailed:                         "AutomationFailed: execution " + executionID + " of runbook AWS-RestartEC2Instance is Failed: step startInstances (aws:changeInstanceState) is Failed: no capacity",
		types.AutomationExecutionStatusCompletedWithFailure:           "AutomationFailed: ",
		types.AutomationExecutionStatusExited:                         "AutomationFailed: ",
		types.AutomationExecutionStatusTimedout:                       "TimedOut: ",
		types.AutomationExecutionStatusCancelled:                      "Cancelled: ",
		types.AutomationExecutionStatusRejected:                       "Rejected: ",
		types.AutomationExecutionStatusChangeCalendarOverrideRejected: "Rejected: ",
	} {
		a := newAutomated(t)
		a.run.AutomationExecutionStatus, a.run.StepExecutions = status, broken
		_, failure := a.start("automation", attempt(restarting, restart))
		if failure == nil || !strings.HasPrefix(failure.Error(), want) {
			t.Errorf("%s comes to %v", status, failure)
		}
	}
}

func TestAnExecutionWithoutAFailedStepGivesItsOwnMessage(t *testing.T) {
	a := newAutomated(t)
	a.run.AutomationExecutionStatus, a.run.FailureMessage = types.AutomationExecutionStatusFailed, aws.String("the role can't be assumed")
	if _, failure := a.start("automation", attempt(restarting, restart)); failure == nil || !strings.HasSuffix(failure.Cause, " is Failed: the role can't be assumed") {
		t.Errorf("it comes to %v", failure)
	}
}

func TestARunbookThatTakesTooLongIsStopped(t *testing.T) {
	a := newAutomated(t)
	a.start("automation", attempt(restarting, restart))
	got := a.due("automation", executionID)
	if want := a.run.ExecutionStartTime.Add(time.Hour); !a.now.Equal(want) {
		t.Errorf("it was checked at %s, want %s", a.now, want)
	}
	if len(got) != 1 || !strings.Contains(got[0], "TimedOut: execution "+executionID+" went on for longer than 1h0m0s, and was stopped") || !slices.Equal(a.stopped, []string{executionID}) {
		t.Errorf("it reports %q, stopped are %q", got, a.stopped)
	}
}

func TestARunbookCanBeCancelled(t *testing.T) {
	a := newAutomated(t)
	a.start("automation", attempt(restarting, restart))
	cancel := func() {
		t.Helper()
		if err := a.runner.Cancel(t.Context(), step.Attempt{Execution: restarting, Step: "check", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	a.ended = true
	cancel()
	if !slices.Equal(a.stopped, []string{executionID}) {
		t.Errorf("stopped are %q", a.stopped)
	}
	a.run.AutomationExecutionStatus = types.AutomationExecutionStatusCancelled
	if got := a.tell(); len(got) != 1 || !strings.Contains(got[0], "Cancelled: ") {
		t.Errorf("its event leads to %q", got)
	}
}

func TestARunbookThatMayNotBeStoppedGoesOn(t *testing.T) {
	a := newAutomated(t)
	a.start("automation", attempt(restarting, restart))
	others := a.answer
	a.answer = func(request any) (any, error) {
		if _, ok := request.(*ssm.StopAutomationExecutionInput); ok {
			return nil, denied("ssm:StopAutomationExecution")
		}
		return others(request)
	}
	if err := a.runner.Cancel(t.Context(), step.Attempt{Execution: restarting, Step: "check", Attempt: 1}); err != nil {
		t.Errorf("to cancel it comes to %v, and would be tried again for nothing", err)
	}
	if log := a.read("work", step.LogKey(restarting, "check", 1)); !strings.Contains(log, "it can't be cancelled: ") || !strings.Contains(log, "ssm:StopAutomationExecution") {
		t.Errorf("the log says\n%s", log)
	}
	a.run.AutomationExecutionStatus = types.AutomationExecutionStatusSuccess
	if got := a.tell(); len(got) != 1 || strings.Contains(got[0], "Cancelled") {
		t.Errorf("its end leads to %q", got)
	}
}

func TestARunbookThatCanNotBeStartedFailsTheStep(t *testing.T) {
	for name, refusal := range map[string]error{
		"NoSuchDocument": &types.AutomationDefinitionNotFoundException{Message: aws.String("no such runbook")},
		"NotApproved":    &types.AutomationDefinitionNotApprovedException{Message: aws.String("not approved")},
		"BadParameter":   &types.InvalidAutomationExecutionParametersException{Message: aws.String("InstanceId is missing")},
		"AccessDenied":   denied("ssm:StartAutomationExecution"),
	} {
		a := newAutomated(t)
		a.refuses = refusal
		if _, failure := a.start("automation", attempt(restarting, restart)); failure == nil || failure.Name != name || !failure.Permanent {
			t.Errorf("%s comes to %v", name, failure)
		}
	}
	a := newAutomated(t)
	a.refuses = &types.AutomationExecutionLimitExceededException{}
	if _, err := a.runner.Start(t.Context(), "automation", attempt(restarting, restart)); err == nil || strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("a limit that may pass comes to %v", err)
	}
}

func TestAnExecutionThatIsGoneFailsTheStep(t *testing.T) {
	a := newAutomated(t)
	a.run = nil
	if outcome, failure := a.start("automation", attempt(restarting, restart)); failure != nil || outcome.Done {
		t.Errorf("at first it comes to %+v, %v", outcome, failure)
	}
	var ends []string
	for range 6 {
		ends = a.due("automation", executionID)
	}
	if len(ends) != 1 || !strings.Contains(ends[0], " ExecutionGone: ") {
		t.Errorf("after a minute it comes to %q", ends)
	}
}

func TestAnExecutionThatIsKnownLateIsFollowed(t *testing.T) {
	a := newAutomated(t)
	run := a.run
	a.run = nil
	a.start("automation", attempt(restarting, restart))
	a.run = run
	if ends := a.due("automation", executionID); len(ends) > 0 {
		t.Errorf("it comes to %q", ends)
	}
	run.AutomationExecutionStatus = types.AutomationExecutionStatusSuccess
	if ends := a.tell(); len(ends) != 1 || !strings.HasSuffix(ends[0], " done") {
		t.Errorf("it ends with %q", ends)
	}
}
