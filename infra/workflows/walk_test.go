package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/infra/local/clock"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
	"slipway/shared/executions"
)

// A walk is one execution of a state machine along a path, on a virtual clock.
type walk struct {
	t         *testing.T
	path      path
	states    map[string]state
	engine    *stepfunctions.Engine
	clock     *clock.Virtual
	client    *sfn.Client
	execution string         // ARN
	called    map[string]int // calls by state
	calls     int

	evaluations []stepfunctions.Evaluation
}

// started is when each walk begins.
var started = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// machineNames are what the stack calls state machines, by definition.
func machineNames() map[string]string {
	return map[string]string{"deploy": "Deploy", "runbook": "Runbook", "approve": "Approve-production"}
}

// walkPath runs an execution along p to its end.
func walkPath(t *testing.T, definition string, p path) *walk {
	t.Helper()
	w := &walk{t: t, path: p, states: states(t, definitions()[definition]), clock: clock.NewVirtual(started), called: map[string]int{}}
	ids := 0
	w.engine = stepfunctions.New(stepfunctions.Config{Store: store.NewMemory(), Clock: w.clock, Invoke: w.invoke,
		Evaluated: func(told stepfunctions.Evaluation) { w.evaluations = append(w.evaluations, told) },
		NewID:     func() string { ids++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", ids) }})
	w.client = sfn.New(sfn.Options{Region: "us-east-1", Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: inProcess{w.engine}},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	machine := machineNames()[definition]
	name, err := executionName(p.Input)
	if err == nil {
		err = w.engine.Create(stepfunctions.StateMachineSpec{Name: machine, Definition: substituted(definitions()[definition]),
			RoleARN: "arn:aws:iam::000000000000:role/" + machine})
	}
	if err == nil {
		w.execution, err = w.engine.Start(w.engine.StateMachineARN(machine), name, string(p.Input))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Run()
	return w
}

// substituted puts the name of each function in the place of its ARN.
func substituted(definition string) string {
	return regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllString(definition, "$1")
}

// inProcess carries requests to a handler without a socket.
type inProcess struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// invoke answers a call of a function as the path says.
func (w *walk) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	w.calls++
	name, a, err := w.next(function)
	if err == nil {
		err = a.fits(w.states[name], contracts()[function], payload)
	}
	if err != nil {
		w.t.Errorf("call %d, of %s: %v", w.calls, function, err)
		return nil, &stepfunctions.Fault{Name: "NotOnPath", Cause: err.Error()} // which nothing retries
	}
	switch {
	case a.Error != "":
		return nil, &stepfunctions.Fault{Name: a.Error, Cause: a.Cause}
	case a.Token != nil:
		w.answer(ctx, a, payload)
	case a.Late:
		w.clock.RunUntil(w.clock.Now().Add(15 * time.Minute)) // the longest that a Lambda function runs
	}
	if a.Result == nil {
		return []byte("{}"), nil
	}
	return a.Result, nil
}

// next returns the state that calls function, which is the one entered last, as
// these machines do one thing at a time, and the answer to this call.
func (w *walk) next(function string) (name string, a answer, err error) {
	entered := w.engine.Path(w.execution)
	name = entered[len(entered)-1]
	if want := w.states[name].function(); want != function {
		return name, a, fmt.Errorf("state %s, entered last, calls %q: two things happen at a time", name, want)
	}
	n := w.called[name]
	w.called[name]++
	if n >= len(w.path.Tasks[name]) {
		return name, a, fmt.Errorf("call %d of state %s; the path has %d answers for it", n+1, name, len(w.path.Tasks[name]))
	}
	return name, w.path.Tasks[name][n], nil
}

// answer answers the token in a payload, now or later.
func (w *walk) answer(ctx context.Context, a answer, payload []byte) {
	var in struct{ Token string }
	if err := json.Unmarshal(payload, &in); err != nil {
		w.t.Error(err)
	}
	send := func() {
		if err := w.send(ctx, a, in.Token); err != nil {
			w.t.Error(err)
		}
	}
	if a.After == 0 {
		send()
		return
	}
	clock.After(w.clock, time.Duration(a.After), send)
}

func (w *walk) send(ctx context.Context, a answer, token string) error {
	tasks := executions.New(w.client)
	if f := a.Token.Failure; f != nil {
		return tasks.Fail(ctx, token, f.Error, f.Cause)
	}
	return tasks.Succeed(ctx, token, a.Token.Success)
}

// history returns what happened.
func (w *walk) history() []types.HistoryEvent {
	w.t.Helper()
	out, err := w.client.GetExecutionHistory(w.t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &w.execution, MaxResults: 1000})
	if err != nil || out.NextToken != nil {
		w.t.Fatalf("history of %d events, and more: %v", len(out.Events), err)
	}
	return out.Events
}

// end returns how the execution ended.
func (w *walk) end() end {
	w.t.Helper()
	x, err := w.client.DescribeExecution(w.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &w.execution})
	if err != nil {
		w.t.Fatal(err)
	}
	e := end{Status: string(x.Status), Error: aws.ToString(x.Error), Cause: aws.ToString(x.Cause)}
	if x.Output != nil {
		e.Output = json.RawMessage(*x.Output)
	}
	if x.StopDate != nil {
		e.After = period(x.StopDate.Sub(*x.StartDate))
	}
	return e
}
