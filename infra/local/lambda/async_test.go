package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/lambda"
	"slipway/infra/local/store"
)

func TestAnAsynchronousInvocationIsRetriedAfterOneAndTwoMinutes(t *testing.T) {
	b, calls := newBench(t), 0
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 2)})
	b.invokeAsync("f", `{}`)
	var got []int
	for _, d := range []time.Duration{0, 59 * time.Second, time.Second, 119 * time.Second, time.Second} {
		b.pass(d)
		got = append(got, calls)
	}
	if want := []int{1, 1, 2, 2, 3}; !cmp.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
	if !b.idle() || len(b.sent) > 0 {
		t.Errorf("idle %v, sent %v", b.idle(), b.sent)
	}
}

func TestAnEventThatFailsForGoodGoesToTheDestinations(t *testing.T) {
	b, calls := newBench(t), 0
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 9), OnFailure: failureARN, DeadLetter: deadARN})
	b.invokeAsync("f", `{"release": "<1.4.0>"}`)
	b.clock.Run()
	if calls != 3 || len(b.sent) != 2 || !b.idle() {
		t.Fatalf("calls %d, sent %v, idle %v", calls, b.sent, b.idle())
	}
	var record any
	if err := json.Unmarshal([]byte(b.sent[0].body), &record); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"version": "1.0", "timestamp": "2026-11-22T08:03:00.000Z",
		"requestContext": map[string]any{"requestId": "id-1", "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
			"condition": "RetriesExhausted", "approximateInvokeCount": 3.0},
		"requestPayload":  map[string]any{"release": "<1.4.0>"},
		"responseContext": map[string]any{"statusCode": 200.0, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"responsePayload": map[string]any{"errorMessage": "no luck", "errorType": "errorString"},
	}
	if diff := cmp.Diff(want, record); diff != "" || b.sent[0].queue != failureARN {
		t.Errorf("record to %s (-want +got):\n%s", b.sent[0].queue, diff)
	}
	dead := message{deadARN, `{"release": "<1.4.0>"}`, map[string]string{"RequestID": "id-1", "ErrorCode": "200", "ErrorMessage": "no luck"}}
	if diff := cmp.Diff(dead, b.sent[1], cmp.AllowUnexported(message{})); diff != "" {
		t.Errorf("dead letter (-want +got):\n%s", diff)
	}
}

func TestAnEventIsNotRetriedBeyondItsAge(t *testing.T) {
	b, calls := newBench(t), 0
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 9), MaxEventAge: 2 * time.Minute, OnFailure: failureARN})
	b.invokeAsync("f", `{}`)
	b.clock.Run()
	if calls != 2 || len(b.sent) != 1 || !json.Valid([]byte(b.sent[0].body)) {
		t.Fatalf("calls %d, sent %v", calls, b.sent)
	}
	var record struct{ RequestContext struct{ Condition string } }
	if err := json.Unmarshal([]byte(b.sent[0].body), &record); err != nil || record.RequestContext.Condition != "EventAgeExceeded" {
		t.Errorf("condition %q, %v", record.RequestContext.Condition, err)
	}
}

func TestAFunctionWithoutRetriesFailsAtOnce(t *testing.T) {
	b, calls := newBench(t), 0
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 9), MaxRetryAttempts: new(0), DeadLetter: deadARN})
	b.invokeAsync("f", `{}`)
	b.pass(0)
	if calls != 1 || len(b.sent) != 1 {
		t.Errorf("calls %d, sent %v", calls, b.sent)
	}
}

func TestAPendingInvocationSurvivesARestart(t *testing.T) {
	b, calls := newBench(t), 0
	spec := lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 1)}
	b.create(spec)
	b.invokeAsync("f", `{}`)
	b.pass(30 * time.Second)
	b.restart()
	b.create(spec)
	b.resume()
	b.pass(29 * time.Second)
	if calls != 1 {
		t.Errorf("%d calls before the retry is due, want 1", calls)
	}
	b.pass(time.Second)
	if calls != 2 || !b.idle() {
		t.Errorf("%d calls, idle %v", calls, b.idle())
	}
}

func TestAnInvocationOfADroppedFunctionGoesWithIt(t *testing.T) {
	b := newBench(t)
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(new(int), 0)})
	b.invokeAsync("f", `{}`)
	b.restart()
	b.resume()
	b.clock.Run()
	if !b.idle() || len(b.reports) > 0 {
		t.Errorf("idle %v, reports %v", b.idle(), b.reports)
	}
}

func TestAnEventStaysPendingWhileItsDestinationFails(t *testing.T) {
	b, calls := newBench(t), 0
	spec := lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 9), MaxRetryAttempts: new(0), OnFailure: failureARN}
	b.create(spec)
	b.refuse = errors.New("no such queue")
	b.invokeAsync("f", `{}`)
	b.clock.Run()
	if len(b.reports) != 1 || !errors.Is(b.reports[0], b.refuse) || b.idle() {
		t.Fatalf("reports %v, idle %v", b.reports, b.idle())
	}
	b.refuse = nil
	b.restart()
	b.create(spec)
	b.resume()
	b.clock.Run()
	if len(b.sent) != 1 || !b.idle() {
		t.Errorf("sent %v, idle %v", b.sent, b.idle())
	}
}

func TestInvokeAsyncBelongsToItsTransaction(t *testing.T) {
	b, calls, failure := newBench(t), 0, errors.New("rolled back")
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 0)})
	err := b.store.Update(func(tx store.Tx) error {
		if err := b.engine.InvokeAsync(tx, "f", nil); err != nil {
			t.Error(err)
		}
		return failure
	})
	b.clock.Run()
	if !errors.Is(err, failure) || calls != 0 || !b.idle() {
		t.Errorf("err %v, calls %d, idle %v", err, calls, b.idle())
	}
}

func TestAFunctionMayInvokeAnother(t *testing.T) {
	b, calls := newBench(t), 0
	b.create(lambda.FunctionSpec{Name: "inner", Handler: failing(&calls, 0)})
	b.create(lambda.FunctionSpec{Name: "outer", Handler: handlerFunc(func(_ context.Context, p []byte) ([]byte, error) {
		b.invokeAsync("inner", string(p))
		return nil, nil
	})})
	b.invokeAsync("outer", `{}`)
	b.clock.Run()
	if calls != 1 || !b.idle() {
		t.Errorf("calls %d, idle %v", calls, b.idle())
	}
}
