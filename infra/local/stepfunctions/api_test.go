package stepfunctions_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// transport answers requests in-process.
type transport struct{ h http.Handler }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	t.h.ServeHTTP(w, req)
	return w.Result(), nil
}

func client(r *rig) *sfn.Client {
	return sfn.New(sfn.Options{
		Region: "us-east-1", HTTPClient: &http.Client{Transport: transport{r.engine}},
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""), Retryer: aws.NopRetryer{},
	})
}

// waitRig returns a rig whose machine m waits for 10 seconds.
func waitRig(t *testing.T) (*rig, *sfn.Client, context.Context) {
	t.Helper()
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Wait","Seconds":10,"Output":{"n":1},"End":true}`))
	return r, client(r), t.Context()
}

func TestTheSDKFollowsAnExecution(t *testing.T) {
	r, c, ctx := waitRig(t)
	started, err := c.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &r.machine, Name: new("x"), Input: new(`{"a": 1}`), TraceHeader: new("Root=1")})
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:states:us-east-1:000000000000:execution:m:x"; *started.ExecutionArn != want || !started.StartDate.Equal(start) {
		t.Errorf("started %s at %v, want %s at %v", *started.ExecutionArn, started.StartDate, want, start)
	}
	r.clock.Run()
	got, err := c.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != types.ExecutionStatusSucceeded || *got.Output != `{"n":1}` || *got.Input != `{"a": 1}` ||
		!got.StopDate.Equal(start.Add(10*time.Second)) || *got.TraceHeader != "Root=1" || !got.OutputDetails.Included {
		t.Errorf("described %+v", got)
	}
	if n := r.engine.Transitions(*started.ExecutionArn); n != 1 {
		t.Errorf("%d transitions, want 1", n)
	}
}

func TestHooksSeeTheStartAndEveryStatus(t *testing.T) {
	r, c, ctx := waitRig(t)
	if _, err := c.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &r.machine, Name: new("x"), Input: new(`{"a":1}`)}); err != nil {
		t.Fatal(err)
	}
	r.clock.Run()
	if len(r.starts) != 1 || r.starts[0].Caller != "manager1" || r.starts[0].Name != "x" || !r.starts[0].Time.Equal(start) {
		t.Errorf("starts %+v", r.starts)
	}
	if len(r.changes) != 2 || r.changes[0].Status != "RUNNING" || r.changes[1].Status != "SUCCEEDED" {
		t.Fatalf("changes %+v", r.changes)
	}
	last := r.changes[1]
	if *last.Output != `{"n":1}` || *last.Input != `{"a":1}` || last.StartDate != start.UnixMilli() || *last.StopDate != start.UnixMilli()+10000 {
		t.Errorf("last change %+v", last)
	}
}

func TestStartExecutionIsIdempotentWhileTheExecutionRuns(t *testing.T) {
	r, c, ctx := waitRig(t)
	begin := func(input string) error {
		_, err := c.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &r.machine, Name: new("x"), Input: &input})
		return err
	}
	var exists *types.ExecutionAlreadyExists
	if err := errors.Join(begin("{}"), begin("{}")); err != nil {
		t.Errorf("the same start twice: %v", err)
	}
	if err := begin(`{"other":1}`); !errors.As(err, &exists) {
		t.Errorf("another input: %v, want ExecutionAlreadyExists", err)
	}
	r.clock.Run()
	if err := begin("{}"); !errors.As(err, &exists) {
		t.Errorf("after the end: %v, want ExecutionAlreadyExists", err)
	}
	if len(r.starts) != 1 {
		t.Errorf("%d starts, want 1", len(r.starts))
	}
}

func TestStartExecutionRefuses(t *testing.T) {
	r, _, _ := waitRig(t)
	for name, c := range map[string]struct {
		in   map[string]any
		code string
	}{
		"an unknown machine":  {map[string]any{"stateMachineArn": r.machine + "x"}, "StateMachineDoesNotExist"},
		"what is no ARN":      {map[string]any{"stateMachineArn": "m"}, "InvalidArn"},
		"no ARN":              {map[string]any{}, "InvalidArn"},
		"a space in the name": {map[string]any{"stateMachineArn": r.machine, "name": "a b"}, "InvalidName"},
		"a colon":             {map[string]any{"stateMachineArn": r.machine, "name": "a:b"}, "InvalidName"},
		"81 characters":       {map[string]any{"stateMachineArn": r.machine, "name": strings.Repeat("a", 81)}, "ValidationException"},
		"broken JSON":         {map[string]any{"stateMachineArn": r.machine, "input": "{"}, "InvalidExecutionInput"},
		"empty input":         {map[string]any{"stateMachineArn": r.machine, "input": ""}, "InvalidExecutionInput"},
		"262,145 bytes":       {map[string]any{"stateMachineArn": r.machine, "input": `"` + strings.Repeat("a", 262143) + `"`}, "ValidationException"},
		"an unknown member":   {map[string]any{"stateMachineArn": r.machine, "colour": "red"}, "ValidationException"},
		"a number for a name": {map[string]any{"stateMachineArn": r.machine, "name": 5}, "SerializationException"},
	} {
		if code := r.post("StartExecution", c.in, nil); code != c.code {
			t.Errorf("%s: %q, want %s", name, code, c.code)
		}
	}
	largest := map[string]any{"stateMachineArn": r.machine, "name": strings.Repeat("é", 80), "input": `"` + strings.Repeat("a", 262142) + `"`}
	if code := r.post("StartExecution", largest, nil); code != "" {
		t.Errorf("the largest name and input: %s", code)
	}
}

func TestAnOperationThatIsNotBuiltIsRefusedByName(t *testing.T) {
	r := newRig(t, nil)
	status, body := r.postRaw("PublishStateMachineVersion", nil)
	if status != http.StatusBadRequest || !strings.Contains(string(body), "UnknownOperationException") || !strings.Contains(string(body), "PublishStateMachineVersion") {
		t.Errorf("answered %d %s", status, body)
	}
}

func TestListExecutionsPagesFromTheNewest(t *testing.T) {
	r, c, ctx := waitRig(t)
	for i := range 25 {
		if _, err := r.engine.Start(r.machine, fmt.Sprintf("x%02d", i), "{}"); err != nil {
			t.Fatal(err)
		}
		r.clock.RunUntil(r.clock.Now().Add(time.Second))
	}
	list := func(filter types.ExecutionStatus) string {
		var names []string
		pages := sfn.NewListExecutionsPaginator(c, &sfn.ListExecutionsInput{StateMachineArn: &r.machine, MaxResults: 7, StatusFilter: filter})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Executions {
				names = append(names, *x.Name)
				if filter != "" && x.Status != filter {
					t.Errorf("%s is %s, want %s", *x.Name, x.Status, filter)
				}
			}
		}
		return strings.Join(names, " ")
	}
	expect := func(from, to int) string {
		var names []string
		for i := from; i >= to; i-- {
			names = append(names, fmt.Sprintf("x%02d", i))
		}
		return strings.Join(names, " ")
	}
	for filter, want := range map[types.ExecutionStatus]string{"": expect(24, 0), "RUNNING": expect(24, 16), "SUCCEEDED": expect(15, 0), "FAILED": ""} {
		if got := list(filter); got != want {
			t.Errorf("list %q = %s, want %s", filter, got, want)
		}
	}
	if code := r.post("ListExecutions", map[string]any{"stateMachineArn": r.machine, "nextToken": "bogus"}, nil); code != "InvalidToken" {
		t.Errorf("a bogus token: %q, want InvalidToken", code)
	}
}

func TestHistoryPagesBothWaysAndLeavesDataOut(t *testing.T) {
	r, c, ctx := waitRig(t)
	r.start(`{"secret":1}`)
	r.clock.Run()
	for _, reverse := range []bool{false, true} {
		var ids []int64
		pages := sfn.NewGetExecutionHistoryPaginator(c, &sfn.GetExecutionHistoryInput{ExecutionArn: &r.execution, MaxResults: 2, ReverseOrder: reverse, IncludeExecutionData: new(false)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Events {
				ids = append(ids, e.Id)
				if d := e.ExecutionStartedEventDetails; d != nil && (d.Input != nil || *d.RoleArn == "") {
					t.Errorf("details %+v, want a role and no input", d)
				}
			}
		}
		want := map[bool]string{false: "[1 2 3 4]", true: "[4 3 2 1]"}[reverse]
		if got := fmt.Sprint(ids); got != want {
			t.Errorf("reverse %v: ids %s, want %s", reverse, got, want)
		}
	}
}

func TestStopExecutionAbortsOnce(t *testing.T) {
	r, c, ctx := waitRig(t)
	r.start("{}")
	r.clock.RunUntil(start.Add(3 * time.Second))
	for range 2 {
		out, err := c.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &r.execution, Error: new("Cancelled"), Cause: new("by hand")})
		if err != nil || !out.StopDate.Equal(start.Add(3*time.Second)) {
			t.Errorf("StopExecution = %+v, %v", out, err)
		}
		r.clock.Run()
	}
	if got := r.ending(); got.Status != "ABORTED" || got.Error != "Cancelled" || got.Cause != "by hand" || got.Seconds != 3 {
		t.Errorf("ended %s", describe(got))
	}
	var unknown *types.ExecutionDoesNotExist
	if _, err := c.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: new(r.execution + "y")}); !errors.As(err, &unknown) {
		t.Errorf("an unknown execution: %v, want ExecutionDoesNotExist", err)
	}
}

func TestStateMachinesAreDescribedAndListed(t *testing.T) {
	r, c, ctx := waitRig(t)
	r.start("{}")
	old, err := c.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &r.machine})
	if err != nil || *old.Name != "m" || old.Status != "ACTIVE" || !old.CreationDate.Equal(start) || !strings.Contains(*old.Definition, `"Wait"`) {
		t.Fatalf("DescribeStateMachine = %+v, %v", old, err)
	}
	r.create(machine(`"A":{"Type":"Succeed"}`))
	then, err := c.DescribeStateMachineForExecution(ctx, &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &r.execution})
	if err != nil || *then.Definition != *old.Definition {
		t.Errorf("DescribeStateMachineForExecution = %+v, %v", then, err)
	}
	list, err := c.ListStateMachines(ctx, &sfn.ListStateMachinesInput{})
	if err != nil || len(list.StateMachines) != 1 || *list.StateMachines[0].StateMachineArn != r.machine {
		t.Errorf("ListStateMachines = %+v, %v", list, err)
	}
}

func TestValidateStateMachineDefinitionTellsWhatIsWrong(t *testing.T) {
	_, c, ctx := waitRig(t)
	good, err := c.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: new(machine(`"A":{"Type":"Succeed"}`))})
	if err != nil || good.Result != "OK" || len(good.Diagnostics) != 0 {
		t.Errorf("a good one: %+v, %v", good, err)
	}
	bad, err := c.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: new(`{"QueryLanguage":"JSONata","StartAt":"A"}`)})
	if err != nil || bad.Result != "FAIL" || *bad.Diagnostics[0].Message != "These fields are required: [States]" || *bad.Diagnostics[0].Location != "/" {
		t.Errorf("a bad one: %+v, %v", bad, err)
	}
}

func FuzzRequestsNeverFailTheService(f *testing.F) {
	for _, operation := range []string{"StartExecution", "DescribeExecution", "ListExecutions", "GetExecutionHistory", "StopExecution", "SendTaskSuccess",
		"SendTaskFailure", "SendTaskHeartbeat", "ValidateStateMachineDefinition", "ListStateMachines", "DescribeStateMachine", "CreateStateMachine", "UpdateStateMachine"} {
		f.Add(operation, []byte(`{}`))
	}
	f.Add("StartExecution", []byte(`{"stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m","name":"y","input":"1"}`))
	f.Add("ListExecutions", []byte(`{"stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m","nextToken":"bQAA"}`))
	f.Add("SendTaskSuccess", []byte(`{"taskToken":"eyJlIjoieCIsInQiOjEsImkiOiJ5In0","output":"1"}`))
	f.Fuzz(func(t *testing.T, operation string, body []byte) {
		r, _, _ := waitRig(t)
		r.start("{}")
		if status, answer := r.postRaw(operation, body); status >= 500 {
			t.Errorf("%s %q answered %d %s", operation, body, status, answer)
		}
	})
}
