package stepfunctions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/infra/local/stepfunctions"
)

func machineSpec(name string) stepfunctions.StateMachineSpec {
	return stepfunctions.StateMachineSpec{Name: name, Definition: machine(`"A":{"Type":"Succeed"}`)}
}

// specOf is state machine m with the given states, of which A is the first.
func specOf(states string) stepfunctions.StateMachineSpec {
	return stepfunctions.StateMachineSpec{Name: "m", Definition: machine(states)}
}

const fiveWaits = `"A":{"Type":"Map","Label":"five","Items":[1,2,3,4,5],"MaxConcurrency":2,"ToleratedFailureCount":1,"ItemBatcher":{"MaxItemsPerBatch":2},"End":true,` +
	`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":10,"End":true}}}}`

// mapRig returns a rig in whose execution a Map Run has two of its three executions running.
func mapRig(t *testing.T) (*rig, *sfn.Client, string) {
	t.Helper()
	r := newRig(t, nil)
	r.create(machine(fiveWaits))
	r.start("{}")
	r.clock.RunUntil(start.Add(time.Second))
	c := client(r)
	runs, err := c.ListMapRuns(t.Context(), &sfn.ListMapRunsInput{ExecutionArn: &r.execution})
	if err != nil || len(runs.MapRuns) != 1 {
		t.Fatalf("Map Runs %v, %v", runs, err)
	}
	if got := *runs.MapRuns[0].StateMachineArn; got != r.machine+"/five" {
		t.Errorf("state machine %s, want the label behind it", got)
	}
	return r, c, *runs.MapRuns[0].MapRunArn
}

func TestDescribeMapRunCountsItemsAndExecutions(t *testing.T) {
	r, c, arn := mapRig(t)
	describe := func() *sfn.DescribeMapRunOutput {
		out, err := c.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: &arn})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := describe()
	if got.Status != types.MapRunStatusRunning || got.MaxConcurrency != 2 || got.ToleratedFailureCount != 1 || *got.ExecutionArn != r.execution ||
		got.ItemCounts.Running != 4 || got.ItemCounts.Pending != 1 || got.ExecutionCounts.Running != 2 || got.ExecutionCounts.Total != 3 {
		t.Errorf("at first %+v, items %+v, executions %+v", got, got.ItemCounts, got.ExecutionCounts)
	}
	r.clock.Run()
	got = describe()
	if got.Status != types.MapRunStatusSucceeded || got.ItemCounts.Succeeded != 5 || got.ExecutionCounts.Succeeded != 3 || !got.StopDate.Equal(start.Add(20*time.Second)) {
		t.Errorf("at last %+v, items %+v, executions %+v", got, got.ItemCounts, got.ExecutionCounts)
	}
}

func TestTheExecutionsOfAMapRunAreListedApart(t *testing.T) {
	r, c, arn := mapRig(t)
	children, err := c.ListExecutions(t.Context(), &sfn.ListExecutionsInput{MapRunArn: &arn, StatusFilter: types.ExecutionStatusRunning})
	if err != nil || len(children.Executions) != 2 {
		t.Fatalf("running executions of the Map Run %v, %v; want 2", children, err)
	}
	child := children.Executions[0]
	if *child.ItemCount != 2 || *child.MapRunArn != arn || !strings.HasPrefix(*child.ExecutionArn, "arn:aws:states:us-east-1:000000000000:execution:m/five:") {
		t.Errorf("child %s of %s with %d items", *child.ExecutionArn, *child.MapRunArn, *child.ItemCount)
	}
	own, err := c.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &r.machine})
	if err != nil || len(own.Executions) != 1 {
		t.Errorf("executions of the machine %v, %v; want only its own", own, err)
	}
	machine, err := c.DescribeStateMachineForExecution(t.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: child.ExecutionArn})
	if err != nil || *machine.Label != "five" || *machine.MapRunArn != arn || *machine.Name != "m" {
		t.Errorf("state machine of the child %+v, %v", machine, err)
	}
	if code := r.post("RedriveExecution", map[string]any{"executionArn": *child.ExecutionArn}, nil); code != "ExecutionNotRedrivable" {
		t.Errorf("redrive of the child: %q, want ExecutionNotRedrivable", code)
	}
	if code := r.post("StopExecution", map[string]any{"executionArn": *child.ExecutionArn}, nil); code != "" {
		t.Errorf("stop of the child: %q", code)
	}
	r.clock.Run()
	if got := r.ending(); got.Error != "States.ExceedToleratedFailureThreshold" {
		t.Errorf("ended %s, want two failed items to be too many", describe(got))
	}
}

func TestMapRunOperationsRefuse(t *testing.T) {
	r, _, arn := mapRig(t)
	for name, c := range map[string]struct {
		operation string
		in        map[string]any
		code      string
	}{
		"an unknown Map Run":      {"DescribeMapRun", map[string]any{"mapRunArn": arn + "x"}, "ResourceNotFound"},
		"what is no ARN":          {"DescribeMapRun", map[string]any{"mapRunArn": "x"}, "InvalidArn"},
		"no change":               {"UpdateMapRun", map[string]any{"mapRunArn": arn}, "ValidationException"},
		"more than all":           {"UpdateMapRun", map[string]any{"mapRunArn": arn, "toleratedFailurePercentage": 101}, "ValidationException"},
		"less than none":          {"UpdateMapRun", map[string]any{"mapRunArn": arn, "maxConcurrency": -1}, "ValidationException"},
		"an unknown execution":    {"ListMapRuns", map[string]any{"executionArn": r.execution + "x"}, "ExecutionDoesNotExist"},
		"a bogus page":            {"ListMapRuns", map[string]any{"executionArn": r.execution, "nextToken": "bogus"}, "InvalidToken"},
		"both lists":              {"ListExecutions", map[string]any{"mapRunArn": arn, "stateMachineArn": r.machine}, "ValidationException"},
		"a list that isn't":       {"ListExecutions", map[string]any{"mapRunArn": arn + "x"}, "ResourceNotFound"},
		"a start of the label":    {"StartExecution", map[string]any{"stateMachineArn": r.machine + "/five"}, "ValidationException"},
		"a redrive while it runs": {"RedriveExecution", map[string]any{"executionArn": r.execution}, "ExecutionNotRedrivable"},
	} {
		if code := r.post(c.operation, c.in, nil); code != c.code {
			t.Errorf("%s: %q, want %s", name, code, c.code)
		}
	}
	r.clock.Run()
	if code := r.post("UpdateMapRun", map[string]any{"mapRunArn": arn, "maxConcurrency": 1}, nil); code != "ValidationException" {
		t.Errorf("a Map Run that has ended: %q, want ValidationException", code)
	}
}

func TestListMapRunsPages(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.n < 5 %}","Output":{"n":"{% $states.input.n + 1 %}"},"Next":"D"}],"Default":"Z"},"Z":{"Type":"Succeed"},` +
		`"D":{"Type":"Map","Items":[],"Output":"{% $states.input %}","Next":"A","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`))
	r.start(`{"n":0}`)
	r.clock.Run()
	seen := map[string]bool{}
	pages := sfn.NewListMapRunsPaginator(client(r), &sfn.ListMapRunsInput{ExecutionArn: &r.execution, MaxResults: 2})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.MapRuns {
			seen[*m.MapRunArn] = true
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d Map Runs, want 5", len(seen))
	}
}

func TestAMapRunOfThousandsOfItemsEnds(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(strings.Replace(strings.Replace(fiveWaits, `[1,2,3,4,5]`, `"{% [1..3000] %}"`, 1), `"MaxConcurrency":2,`, "", 1)))
	r.start("{}")
	r.clock.Run()
	if got := r.ending(); got.Status != "SUCCEEDED" || got.Seconds != 10 || !strings.HasSuffix(got.Output, fmt.Sprintf(`{"Items":[%d,%d]}]`, 2999, 3000)) {
		t.Errorf("ended %s %s after %ds", got.Status, got.Error, got.Seconds)
	}
}
