package step_test

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"slipway/shared/step"
)

// machines is a Step Functions of one state machine, settle, in a place.
type machines struct {
	*place
	express    bool
	forbidden  bool
	executions map[string]*sfn.DescribeExecutionOutput // by ARN
	inputs     []string
	stopped    []string // errors with which executions were stopped
}

func newMachines(t *testing.T) *machines {
	m := &machines{place: newPlace(t), executions: map[string]*sfn.DescribeExecutionOutput{}}
	m.answer = m.serve
	return m
}

const settle = "arn:aws:states:eu-central-1:111122223333:stateMachine:settle"

func (m *machines) serve(request any) (any, error) {
	if m.forbidden {
		return nil, denied("states:StartExecution on resource: " + settle)
	}
	switch in := request.(type) {
	case *sts.GetCallerIdentityInput:
		return &sts.GetCallerIdentityOutput{Account: aws.String("111122223333"), Arn: aws.String("arn:aws:sts::111122223333:assumed-role/deploy/x")}, nil
	case *sfn.DescribeStateMachineInput:
		if *in.StateMachineArn != settle {
			return nil, &types.StateMachineDoesNotExist{}
		}
		if m.express {
			return &sfn.DescribeStateMachineOutput{Type: types.StateMachineTypeExpress}, nil
		}
		return &sfn.DescribeStateMachineOutput{Type: types.StateMachineTypeStandard}, nil
	case *sfn.StartExecutionInput:
		return m.begin(in)
	case *sfn.DescribeExecutionInput:
		return m.executions[*in.ExecutionArn], nil
	case *sfn.StopExecutionInput:
		m.stopped = append(m.stopped, *in.Error)
		m.end(types.ExecutionStatusAborted, "")
		return &sfn.StopExecutionOutput{}, nil
	}
	return nil, fmt.Errorf("%T is not expected", request)
}

func (m *machines) begin(in *sfn.StartExecutionInput) (any, error) {
	arn := strings.Replace(*in.StateMachineArn, "stateMachine", "execution", 1) + ":" + *in.Name
	if x, ok := m.executions[arn]; ok && x.Status != types.ExecutionStatusRunning {
		return nil, &types.ExecutionAlreadyExists{}
	}
	m.inputs = append(m.inputs, *in.Input)
	m.executions[arn] = &sfn.DescribeExecutionOutput{ExecutionArn: &arn, StartDate: aws.Time(m.now), Status: types.ExecutionStatusRunning}
	return &sfn.StartExecutionOutput{ExecutionArn: &arn}, nil
}

// end lets every execution that goes on end, and returns their event's detail.
func (m *machines) end(status types.ExecutionStatus, output string) (detail string) {
	for arn, x := range m.executions {
		if x.Status == types.ExecutionStatusRunning {
			x.Status, x.Output = status, &output
			x.Error, x.Cause = aws.String("Orders.Unsettled"), aws.String("two are open")
			detail = fmt.Sprintf(`{"executionArn":%q,"name":%q,"status":%q}`, arn, arn[strings.LastIndexByte(arn, ':')+1:], status)
		}
	}
	return detail
}

func (m *machines) told(detail string) []string {
	return m.resume("aws.states", "Step Functions Execution Status Change", detail)
}

func TestAStateMachineRunsOnceAnAttempt(t *testing.T) {
	m := newMachines(t)
	w := attempt("storefront_1_production_1", `{"state-machine":"settle","input":{"release":"1.4.0"}}`)
	for range 2 { // as when Start is repeated
		outcome, failure := m.start("state-machine", w)
		if failure != nil || outcome.Done {
			t.Fatalf("Start = %+v, %v", outcome, failure)
		}
	}
	if len(m.executions) != 1 || m.inputs[0] != `{"release":"1.4.0"}` {
		t.Errorf("there are %d executions with inputs %q", len(m.executions), m.inputs)
	}
	detail := m.end(types.ExecutionStatusSucceeded, `{"settled":7}`)
	if outcome, failure := m.start("state-machine", w); failure != nil || !outcome.Done {
		t.Errorf("Start after the end = %+v, %v", outcome, failure)
	}
	if got := m.told(detail); !reflect.DeepEqual(got, []string{"storefront_1_production_1/check/1 done"}) {
		t.Errorf("the event leads to %q", got)
	}
	if len(m.timers) > 0 {
		t.Errorf("timers are left: %v", m.timers)
	}
}

func TestAnExecutionsOutputGivesTheOutputsThatFit(t *testing.T) {
	const long = "0123456789abcdef"
	output := `{"settled":7,"ok":true,"at":"12:00","list":[1],"none":null,"a b":1,"execution-arn":"x","long":"` + strings.Repeat(long, 300) + `"}`
	m := newMachines(t)
	w := attempt("storefront_1_production_1", `{"state-machine":"`+settle+`"}`)
	m.start("state-machine", w)
	m.end(types.ExecutionStatusSucceeded, output)
	outcome, _ := m.start("state-machine", w)
	arn := outcome.Outputs["execution-arn"]
	want := map[string]string{"settled": "7", "ok": "true", "at": "12:00", "execution-arn": arn}
	if !maps.Equal(outcome.Outputs, want) || !strings.HasPrefix(arn, "arn:aws:states:eu-central-1:111122223333:execution:settle:slipway-") {
		t.Errorf("the outputs are %q", outcome.Outputs)
	}
	log := m.read("work", step.LogKey(w.Execution, w.Step, w.Attempt))
	for _, name := range []string{`"list" is left out`, `"none" is left out`, `"a b" is left out`, `"execution-arn" is left out`, `"long" is left out`} {
		if !strings.Contains(log, name) {
			t.Errorf("the log doesn't say that output %s: %s", name, log)
		}
	}
}

func TestAnExecutionThatEndsBadlyFailsTheStep(t *testing.T) {
	for status, want := range map[types.ExecutionStatus]string{
		types.ExecutionStatusFailed:   "ExecutionFailed",
		types.ExecutionStatusTimedOut: "ExecutionTimedOut",
		types.ExecutionStatusAborted:  "Stopped",
	} {
		m := newMachines(t)
		m.start("state-machine", attempt("storefront_1_production_1", `{"state-machine":"settle"}`))
		got := m.told(m.end(status, ""))
		if len(got) != 1 || !strings.HasPrefix(got[0], "storefront_1_production_1/check/1 "+want+": ") || !strings.HasSuffix(got[0], "two are open") {
			t.Errorf("%s comes to %q, want %s", status, got, want)
		}
	}
}

func TestAnExecutionThatTakesTooLongIsStopped(t *testing.T) {
	m := newMachines(t)
	m.start("state-machine", attempt("storefront_1_production_1", `{"state-machine":"settle"}`))
	for arn := range m.executions {
		if at := m.timers["state-machine "+arn]; at != m.now.Add(time.Hour) {
			t.Errorf("the timer is set for %s", at)
		}
		got := m.due("state-machine", arn)
		if len(got) != 1 || !strings.Contains(got[0], "TimedOut: the execution did not end within 1h0m0s") {
			t.Errorf("it comes to %q", got)
		}
	}
	if !reflect.DeepEqual(m.stopped, []string{"Slipway.TimedOut"}) {
		t.Errorf("it was stopped with %q", m.stopped)
	}
}

func TestACancelledStateMachineIsStopped(t *testing.T) {
	m := newMachines(t)
	m.start("state-machine", attempt("storefront_1_production_1", `{"state-machine":"settle"}`))
	for range 2 {
		if err := m.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "check", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.stopped) != 2 || m.stopped[0] != "Slipway.Cancelled" {
		t.Errorf("it was stopped with %q", m.stopped)
	}
}

func TestAStateMachineThatCantRunFailsForGood(t *testing.T) {
	for name, c := range map[string]struct {
		with  string
		setUp func(*machines)
		want  string
	}{
		"none":    {`{"state-machine":"gone"}`, func(*machines) {}, "NoSuchStateMachine"},
		"express": {`{"state-machine":"settle"}`, func(m *machines) { m.express = true }, "ExpressMachine"},
		"denied":  {`{"state-machine":"settle"}`, func(m *machines) { m.forbidden = true }, "AccessDenied"},
		"name":    {`{"state-machine":"a b"}`, func(*machines) {}, "BadParameter"},
	} {
		m := newMachines(t)
		c.setUp(m)
		_, failure := m.start("state-machine", attempt("storefront_1_production_1", c.with))
		if failure == nil || failure.Name != c.want || !failure.Permanent || len(m.executions) > 0 {
			t.Errorf("%s: %v, want the permanent failure %s", name, failure, c.want)
		}
	}
}

func TestEventsOfOthersExecutionsArePassedOver(t *testing.T) {
	m := newMachines(t)
	m.start("state-machine", attempt("storefront_1_production_1", `{"state-machine":"settle"}`))
	running := m.end(types.ExecutionStatusRunning, "")
	for name, detail := range map[string]string{
		"running": running,
		"another": `{"executionArn":"` + settle + `:nightly","name":"nightly","status":"SUCCEEDED"}`,
		"no JSON": `[]`,
	} {
		if got := m.told(detail); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestWhatBeginsAfterItWasCancelledIsCancelledAtOnce has the wish come when the attempt
// has been recorded and its work has not.
func TestWhatBeginsAfterItWasCancelledIsCancelledAtOnce(t *testing.T) {
	m := newMachines(t)
	if err := m.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "check", Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	_, failure := m.start("state-machine", attempt("storefront_1_production_1", `{"state-machine":"settle"}`))
	if failure == nil || len(m.stopped) != 1 {
		t.Errorf("the step comes to %v, and executions are stopped with %q", failure, m.stopped)
	}
	other := attempt("storefront_1_production_1", `{"state-machine":"settle"}`)
	other.Attempt = 2
	if _, failure := m.start("state-machine", other); failure != nil || len(m.stopped) != 1 {
		t.Errorf("another attempt comes to %v", failure)
	}
}
