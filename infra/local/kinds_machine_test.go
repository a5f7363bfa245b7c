package local_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/functions/api"
)

// machineOf makes a state machine named settle of states, as an operator does.
func (w *world) machineOf(states string) {
	w.t.Helper()
	_, err := sfn.NewFromConfig(w.stack.Configuration("operator1")).CreateStateMachine(context.Background(), &sfn.CreateStateMachineInput{
		Name: new("settle"), RoleArn: new("arn:aws:iam::000000000000:role/settle"),
		Definition: new(`{"QueryLanguage":"JSONata","StartAt":"First","States":{` + states + `}}`)})
	if err != nil {
		w.t.Fatal(err)
	}
}

// settled runs a state machine of these states in a step, with input, for d.
func settled(t testing.TB, d time.Duration, states string) (*world, api.Run) {
	t.Helper()
	w := newOps(newWorld(t, 1, nil), runbook("try", []string{`{ name: settle, uses: state-machine, with: { state-machine: settle, input: { queues: ["{environment}-orders", 7] } } }`}))
	w.machineOf(states)
	return w, w.try(d)
}

// wantsExecutions asserts the statuses and errors of all executions of settle.
func (w *world) wantsExecutions(want ...string) {
	w.t.Helper()
	arn := strings.Replace(w.stack.Outputs()["DeployStateMachine"], ":Deploy", ":settle", 1)
	list, err := sfn.NewFromConfig(w.stack.Configuration("operator1")).ListExecutions(context.Background(), &sfn.ListExecutionsInput{StateMachineArn: &arn})
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, x := range list.Executions {
		found := w.execution(*x.ExecutionArn)
		got = append(got, fmt.Sprintf("%s: %s", found.Status, value(found.Error)))
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("executions are %q, want %q", got, want)
	}
}

const waitState = `"First":{"Type":"Wait","Seconds":300,"Next":"Last"},`

func TestAStateMachineIsRun(t *testing.T) {
	w, r := settled(t, 2*time.Hour, waitState+`"Last":{"Type":"Succeed","Output":{"queue":"{% $states.input.queues[0] %}","count":2,"list":[1]}}`)
	w.check()
	w.wantsOutputs(r, map[string]string{"execution-arn": "…", "queue": "dev-orders", "count": "2"})
}

func TestAStateMachineThatFailsFailsTheStep(t *testing.T) {
	w, r := settled(t, 2*time.Hour, waitState+`"Last":{"Type":"Fail","Error":"Overdrawn","Cause":"no money"}`)
	w.check()
	w.wantsFailure(r, "StepFailed: step settle: ExecutionFailed: execution arn:aws:states:")
	if !strings.HasSuffix(r.Reason, "failed: Overdrawn: no money") {
		t.Errorf("the reason is %s", r.Reason)
	}
}

func TestAStateMachineIsStoppedWhenItsStepIsCancelled(t *testing.T) {
	w, r := settled(t, time.Minute, waitState+`"Last":{"Type":"Succeed"}`)
	w.wantsCancelled(r, time.Minute)
	w.check()
	w.wantsExecutions("ABORTED: Slipway.Cancelled")
}

func TestAStateMachineThatTakesTooLongIsStopped(t *testing.T) {
	w, r := settled(t, 20*time.Minute, strings.Replace(waitState, "300", "3600", 1)+`"Last":{"Type":"Succeed"}`)
	w.check()
	w.wantsFailure(r, "StepFailed: step settle: TimedOut: the execution did not end within 10m0s and was stopped")
	w.wantsExecutions("ABORTED: Slipway.TimedOut")
}

func TestAStateMachineThatIsNotThereFailsTheStep(t *testing.T) {
	w, r := tried(t, time.Minute, "{ name: settle, uses: state-machine, with: { state-machine: settle } }")
	w.check()
	w.wantsFailure(r, "StepRefused: step settle: NoSuchStateMachine: ")
}
