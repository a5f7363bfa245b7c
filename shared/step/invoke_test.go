package step_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"slipway/shared/step"
)

// answeringFunction returns a place whose Lambda functions answer so.
func answeringFunction(t *testing.T, out *lambda.InvokeOutput, err error) *place {
	p := newPlace(t)
	p.answer = func(any) (any, error) { return out, err }
	return p
}

// invoked returns the attempt at a step that invokes a function.
func invoked(with string) step.Work {
	w := attempt("storefront_1_production_1", `{"function":"migrate"`+with+`}`)
	w.Timeout = 10 * time.Minute
	return w
}

func TestAFunctionsResultGivesTheOutputs(t *testing.T) {
	p := answeringFunction(t, &lambda.InvokeOutput{ExecutedVersion: aws.String("7"), Payload: []byte(`{"migrated":12,"tables":["orders"]}`)}, nil)
	w := invoked(`,"qualifier":"live","payload":{"release":"1.4.0"},"outputs":{"migrated":"/migrated","first":"/tables/0"}`)
	for range 2 { // as when Start is repeated
		outcome, failure := p.start("invoke", w)
		if failure != nil || !outcome.Done || !maps.Equal(outcome.Outputs, map[string]string{"version": "7", "migrated": "12", "first": "orders"}) {
			t.Fatalf("Start = %+v, %v", outcome, failure)
		}
	}
	if len(p.calls) != 1 {
		t.Fatalf("%d invocations", len(p.calls))
	}
	in := p.calls[0].(*lambda.InvokeInput)
	if *in.FunctionName != "migrate" || *in.Qualifier != "live" || string(in.Payload) != `{"release":"1.4.0"}` || in.InvocationType != types.InvocationTypeRequestResponse {
		t.Errorf("the invocation is %+v", in)
	}
}

func TestAnInvocationThatFailsFailsTheStep(t *testing.T) {
	failed := &lambda.InvokeOutput{FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorType":"TypeError","errorMessage":"no orders"}`)}
	for name, c := range map[string]struct {
		out       *lambda.InvokeOutput
		err       error
		with      string
		want      string
		permanent bool
	}{
		"function":  {failed, nil, "", "FunctionFailed: function migrate failed: TypeError: no orders", false},
		"no object": {&lambda.InvokeOutput{FunctionError: aws.String("Unhandled"), Payload: []byte("x")}, nil, "", "FunctionFailed", false},
		"none":      {nil, &types.ResourceNotFoundException{Message: aws.String("Function not found")}, `,"qualifier":"live"`, "NoSuchFunction: there is no function migrate:live", true},
		"denied":    {nil, denied("lambda:InvokeFunction"), "", "AccessDenied: the rights of environment production are too few: not authorized to perform lambda:InvokeFunction; list", true},
		"throttled": {nil, &types.TooManyRequestsException{Message: aws.String("slow down")}, "", "TooManyRequestsException: function migrate was not invoked", false},
		"fault":     {nil, &types.ServiceException{Message: aws.String("broken")}, "", "ServiceException: Lambda failed, and nobody knows", false},
		"no JSON":   {&lambda.InvokeOutput{Payload: []byte("x")}, nil, `,"outputs":{"a":"/a"}`, "ExpectationFailed: the result, of which", false},
		"no value":  {&lambda.InvokeOutput{Payload: []byte("{}")}, nil, `,"outputs":{"a":"/a"}`, "ExpectationFailed: the result has no value", false},
		"too long":  {&lambda.InvokeOutput{Payload: []byte(`"` + strings.Repeat("x", 5000) + `"`)}, nil, `,"outputs":{"a":""}`, "BadOutput", true},
	} {
		p := answeringFunction(t, c.out, c.err)
		for range 2 { // the failure is kept as a result is
			_, failure := p.start("invoke", invoked(c.with))
			if failure == nil || !strings.HasPrefix(failure.Error(), c.want) || failure.Permanent != c.permanent {
				t.Errorf("%s: %v, want %s", name, failure, c.want)
			}
		}
		if len(p.calls) != 1 {
			t.Errorf("%s: %d invocations", name, len(p.calls))
		}
	}
}

func TestAnInvocationThatWasCutOffIsRepeatedOnlyIfItMayBe(t *testing.T) {
	lost := errors.New("connection reset")
	for name, c := range map[string]struct {
		with  string
		want  string
		calls int
	}{
		"once":       {"", "Interrupted", 1},
		"repeatable": {`,"repeatable":true`, "", 2},
	} {
		p := answeringFunction(t, nil, lost)
		if _, err := p.runner.Start(t.Context(), "invoke", invoked(c.with)); !errors.Is(err, lost) {
			t.Errorf("%s: the first call comes to %v", name, err)
		}
		p.answer = func(any) (any, error) { return &lambda.InvokeOutput{Payload: []byte("null")}, nil }
		outcome, failure := p.start("invoke", invoked(c.with))
		if c.want == "" && (failure != nil || !outcome.Done) || c.want != "" && (failure == nil || failure.Name != c.want) {
			t.Errorf("%s: the second call comes to %+v, %v", name, outcome, failure)
		}
		if len(p.calls) != c.calls {
			t.Errorf("%s: %d invocations", name, len(p.calls))
		}
	}
}

func TestAFunctionThatTakesTooLongTimesOut(t *testing.T) {
	p := newPlace(t)
	p.answer = func(any) (any, error) { return nil, &smithy.CanceledError{Err: context.DeadlineExceeded} }
	w := invoked("")
	w.Timeout = time.Nanosecond
	if _, failure := p.start("invoke", w); failure == nil || failure.Name != "TimedOut" {
		t.Errorf("it comes to %v", failure)
	}
	w.Timeout = 15 * time.Minute
	if _, failure := p.start("invoke", w); failure == nil || failure.Name != "BadParameter" || len(p.calls) != 1 {
		t.Errorf("15 minutes come to %v", failure)
	}
}

func TestTextsOfAPayloadAreTemplatesAtAnyDepth(t *testing.T) {
	kind, _ := step.Lookup("invoke")
	values := map[string]string{"release": "1.4.0"}
	resolved, err := step.Resolve(kind, []byte(`{"function":"migrate","payload":{"a":{"b":"{release} {{}}"},"n":12345678901234567890,"list":["x",{"y":1,"z":["{release}","<"]},[["{{"]],null]}}`), values)
	if want := `{"function":"migrate","payload":{"a":{"b":"1.4.0 {}"},"list":["x",{"y":1,"z":["1.4.0","\u003c"]},[["{"]],null],"n":12345678901234567890}}`; err != nil || string(resolved) != want {
		t.Errorf("resolved: %s, %v", resolved, err)
	}
	for payload, want := range map[string]string{
		`{"a":"{release"}`:              `payload: "{release" has a single brace`,
		`{"a":{"b":"{unknown}"}}`:       `payload: placeholder {unknown} is not known`,
		`{"list":[1,["{unknown}"]]}`:    `payload: placeholder {unknown} is not known`,
		`{"list":[{"a":1,"b":"x}"},2]}`: `payload: "x}" has a single brace`,
	} {
		_, err := step.Resolve(kind, []byte(`{"function":"migrate","payload":`+payload+`}`), values)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", payload, err, want)
		}
	}
}
