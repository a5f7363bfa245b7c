package stepfunctions_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// failedRig returns a rig whose execution x has failed; a redrive lets it succeed.
func failedRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, map[string][]answer{"f": {{Error: "E", Cause: "c"}, {Return: []byte("1")}}})
	r.create(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true}`))
	r.start("{}")
	r.clock.Run()
	return r
}

func TestDescribeExecutionTellsOfRedrives(t *testing.T) {
	r := failedRig(t)
	c := client(r)
	describe := func() *sfn.DescribeExecutionOutput {
		out, err := c.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &r.execution})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := describe(); got.RedriveStatus != types.ExecutionRedriveStatusRedrivable || *got.RedriveCount != 0 || got.RedriveDate != nil {
		t.Errorf("after the failure: %s, %d redrives at %v", got.RedriveStatus, *got.RedriveCount, got.RedriveDate)
	}
	r.clock.RunUntil(start.Add(time.Minute))
	out, err := c.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &r.execution})
	if err != nil || !out.RedriveDate.Equal(start.Add(time.Minute)) {
		t.Fatalf("redrive: %v, %v", out, err)
	}
	if got := describe(); got.Status != types.ExecutionStatusRunning || got.Error != nil || got.StopDate != nil || *got.RedriveStatusReason != "Execution is RUNNING and cannot be redriven" {
		t.Errorf("while it runs: %s %v, stopped %v: %v", got.Status, got.Error, got.StopDate, got.RedriveStatusReason)
	}
	r.clock.Run()
	if got := describe(); got.Status != types.ExecutionStatusSucceeded || *got.RedriveCount != 1 || !got.RedriveDate.Equal(start.Add(time.Minute)) ||
		got.RedriveStatus != types.ExecutionRedriveStatusNotRedrivable || *got.RedriveStatusReason != "Execution is SUCCEEDED and cannot be redriven" {
		t.Errorf("at the end: %s, %d redrives at %v, %s", got.Status, *got.RedriveCount, got.RedriveDate, *got.RedriveStatusReason)
	}
	last := r.changes[len(r.changes)-1]
	if len(r.changes) != 4 || last.RedriveCount != 1 || *last.RedriveDate != start.Add(time.Minute).UnixMilli() || r.changes[1].RedriveStatus != "REDRIVABLE" {
		t.Errorf("%d changes, the last %+v", len(r.changes), last)
	}
}

func TestAnExecutionIsRedrivableFor14Days(t *testing.T) {
	r := failedRig(t)
	r.clock.RunUntil(start.Add(14*24*time.Hour + time.Second))
	var refusal *types.ExecutionNotRedrivable
	_, err := client(r).RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &r.execution})
	if !errors.As(err, &refusal) || !strings.Contains(refusal.ErrorMessage(), "redrivable period exceeded") {
		t.Errorf("RedriveExecution = %v, want ExecutionNotRedrivable as the period is over", err)
	}
}

func TestAnExecutionWithAFullHistoryIsNotRedrivable(t *testing.T) {
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"End"}],"Default":"A"},"End":{"Type":"Succeed"}`))
	r.start("{}")
	r.clock.Run()
	if code := r.post("RedriveExecution", map[string]any{"executionArn": r.execution}, nil); code != "ExecutionNotRedrivable" {
		t.Errorf("RedriveExecution: %q, want ExecutionNotRedrivable", code)
	}
}

func TestRedriveExecutionRefuses(t *testing.T) {
	r := failedRig(t)
	for code, in := range map[string]map[string]any{
		"ExecutionDoesNotExist": {"executionArn": r.execution + "x"},
		"InvalidArn":            {"executionArn": "x"},
		"ValidationException":   {"executionArn": r.execution, "clientToken": strings.Repeat("t", 65)},
	} {
		if got := r.post("RedriveExecution", in, nil); got != code {
			t.Errorf("RedriveExecution(%v): %q, want %s", in, got, code)
		}
	}
}

func TestListExecutionsTellsRedrivenOnesApart(t *testing.T) {
	r := failedRig(t)
	if _, err := r.engine.Start(r.machine, "y", "{}"); err != nil {
		t.Fatal(err)
	}
	if code := r.post("RedriveExecution", map[string]any{"executionArn": r.execution}, nil); code != "" {
		t.Fatal(code)
	}
	for filter, want := range map[string]string{"REDRIVEN": "x", "NOT_REDRIVEN": "y", "": "y x"} {
		var out struct{ Executions []struct{ Name string } }
		if code := r.post("ListExecutions", map[string]any{"stateMachineArn": r.machine, "redriveFilter": filter}, &out); code != "" {
			t.Fatal(code)
		}
		var names []string
		for _, x := range out.Executions {
			names = append(names, x.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("filter %q: %s, want %s", filter, got, want)
		}
	}
	if code := r.post("ListExecutions", map[string]any{"stateMachineArn": r.machine, "redriveFilter": "MAYBE"}, nil); code != "ValidationException" {
		t.Errorf("an unknown filter: %q, want ValidationException", code)
	}
}

func TestANameIsFreeAgainAfter90Days(t *testing.T) {
	r := failedRig(t)
	r.clock.RunUntil(start.Add(90*24*time.Hour - time.Second))
	if code := r.post("StartExecution", map[string]any{"stateMachineArn": r.machine, "name": "x"}, nil); code != "ExecutionAlreadyExists" {
		t.Errorf("before 90 days: %q, want ExecutionAlreadyExists", code)
	}
	r.clock.RunUntil(start.Add(90 * 24 * time.Hour))
	if code := r.post("StartExecution", map[string]any{"stateMachineArn": r.machine, "name": "x"}, nil); code != "" {
		t.Fatalf("after 90 days: %q", code)
	}
	r.clock.Run()
	if got := r.ending(); got.Status != "SUCCEEDED" || len(got.Path) != 1 {
		t.Errorf("ended %s, want a history of its own", describe(got))
	}
}

func TestTagsOfTheTemplateAreListed(t *testing.T) {
	r := failedRig(t)
	spec := machineSpec("tagged")
	spec.Tags = map[string]string{"team": "a", "app": "b"}
	if err := r.engine.Create(spec); err != nil {
		t.Fatal(err)
	}
	arn := r.engine.StateMachineARN("tagged")
	out, err := client(r).ListTagsForResource(t.Context(), &sfn.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil || len(out.Tags) != 2 || *out.Tags[0].Key != "app" || *out.Tags[1].Value != "a" {
		t.Errorf("tags %v, %v", out, err)
	}
	if code := r.post("ListTagsForResource", map[string]any{"resourceArn": arn + "x"}, nil); code != "ResourceNotFound" {
		t.Errorf("an unknown machine: %q, want ResourceNotFound", code)
	}
}
