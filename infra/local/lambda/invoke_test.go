package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"slipway/infra/local/clock"
	"slipway/infra/local/lambda"
	"slipway/infra/local/store"
)

type conflict struct{ release string }

func (c *conflict) Error() string { return "release " + c.release + " was changed" }

func TestInvokeAnswersWhatTheHandlerAnswers(t *testing.T) {
	b := newBench(t)
	b.create(lambda.FunctionSpec{Name: "promote", Handler: lambda.NewHandler(func(ctx context.Context, in map[string]string) (string, error) {
		lc, _ := lambdacontext.FromContext(ctx)
		return in["release"] + " " + lc.AwsRequestID + " " + lc.InvokedFunctionArn, nil
	})})
	const arn = "arn:aws:lambda:us-east-1:000000000000:function:promote"
	for i, name := range []string{"promote", arn, arn + ":$LATEST"} {
		got, err := b.engine.Invoke(context.Background(), name, []byte(`{"release":"1.4.0"}`))
		if want := fmt.Sprintf(`"1.4.0 id-%d %s"`, i+1, arn); err != nil || string(got) != want {
			t.Errorf("Invoke(%s) = %s, %v, want %s", name, got, err, want)
		}
	}
}

func TestWhatGoesWrongInAFunctionIsAFunctionError(t *testing.T) {
	for name, c := range map[string]struct {
		handler handlerFunc
		payload string
	}{
		"a plain error":    {func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no") }, `{"errorMessage":"no","errorType":"errorString"}`},
		"an error by type": {func(context.Context, []byte) ([]byte, error) { return nil, &conflict{"1"} }, `{"errorMessage":"release 1 was changed","errorType":"conflict"}`},
		"a wrapped error":  {func(context.Context, []byte) ([]byte, error) { return nil, fmt.Errorf("x: %w", &conflict{"1"}) }, `{"errorMessage":"x: release 1 was changed","errorType":"wrapError"}`},
		"a chosen response": {func(context.Context, []byte) ([]byte, error) {
			return nil, messages.InvokeResponse_Error{Type: "Conflict", Message: "m"}
		}, `{"errorMessage":"m","errorType":"Conflict"}`},
		"a panic with text":  {func(context.Context, []byte) ([]byte, error) { panic("help") }, `{"errorMessage":"help","errorType":"string"`},
		"a panic of runtime": {func(_ context.Context, p []byte) ([]byte, error) { return p[len(p):][:1:1][1:2], nil }, `{"errorMessage":"runtime error: slice bounds out of range`},
		"too long an answer": {func(context.Context, []byte) ([]byte, error) { return make([]byte, 7<<20), nil }, `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.create(lambda.FunctionSpec{Name: "f", Handler: c.handler})
			_, err := b.engine.Invoke(context.Background(), "f", nil)
			failure, ok := errors.AsType[*lambda.FunctionError](err)
			if !ok {
				t.Fatalf("err = %v, want a FunctionError", err)
			}
			if !strings.HasPrefix(string(failure.Payload), c.payload) || !json.Valid(failure.Payload) {
				t.Errorf("payload %s, want %s", failure.Payload, c.payload)
			}
			if strings.HasPrefix(name, "a panic") && !strings.Contains(string(failure.Payload), `"path":"slipway/infra/local/lambda_test/invoke_test.go"`) {
				t.Errorf("payload %s has no frame of the handler", failure.Payload)
			}
		})
	}
}

func TestAFunctionTimesOutUnderTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := lambda.New(lambda.Config{Store: store.NewMemory(), Clock: clock.NewWall(), NewID: func() string { return "id" }})
		err := e.Create(lambda.FunctionSpec{Name: "slow", Timeout: time.Minute, Handler: handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})})
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Invoke(context.Background(), "slow", nil)
		failure, ok := errors.AsType[*lambda.FunctionError](err)
		if !ok || failure.Type != "Sandbox.Timedout" || failure.Message != "RequestId: id Error: Task timed out after 60.00 seconds" {
			t.Errorf("err = %v", err)
		}
	})
}

func TestAFunctionHasNoDeadlineUnderAVirtualClock(t *testing.T) {
	b := newBench(t)
	b.create(lambda.FunctionSpec{Name: "f", Handler: handlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		if _, has := ctx.Deadline(); has {
			return nil, errors.New("there is a deadline")
		}
		return p, nil
	})})
	if _, err := b.engine.Invoke(context.Background(), "f", nil); err != nil {
		t.Error(err)
	}
}

func TestAHandlerMayBeInvokedConcurrently(t *testing.T) {
	b := newBench(t)
	b.create(lambda.FunctionSpec{Name: "echo", Handler: lambda.NewHandler(func(in string) (string, error) { return in, nil })})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			want := fmt.Sprintf("%q", strings.Repeat(fmt.Sprint(i), 100+i))
			for range 50 {
				got, err := b.engine.Invoke(context.Background(), "echo", []byte(want))
				if err != nil || string(got) != want {
					t.Errorf("got %s, %v, want %s", got, err, want)
				}
			}
		})
	}
	all.Wait()
}

func TestInvokeRefusesWhatLambdaRefuses(t *testing.T) {
	b := newBench(t)
	b.create(lambda.FunctionSpec{Name: "f", Handler: handlerFunc(func(_ context.Context, p []byte) ([]byte, error) { return p, nil })})
	for name, c := range map[string]struct {
		function, payload, code string
	}{
		"an unknown function": {"g", "{}", "ResourceNotFoundException"},
		"an unknown version":  {"f:7", "{}", "ResourceNotFoundException"},
		"a foreign ARN":       {"arn:aws:lambda:us-east-1:111111111111:function:f", "{}", "ResourceNotFoundException"},
		"no JSON":             {"f", "{", "InvalidRequestContentException"},
		"too long a payload":  {"f", `"` + strings.Repeat("x", 6<<20) + `"`, "RequestTooLargeException"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.engine.Invoke(context.Background(), c.function, []byte(c.payload))
			coded, ok := errors.AsType[interface {
				error
				ErrorCode() string
			}](err)
			if !ok || coded.ErrorCode() != c.code {
				t.Errorf("err = %v, want %s", err, c.code)
			}
		})
	}
}

func TestCreateRefusesWhatAFunctionCannotBe(t *testing.T) {
	handler := failing(new(int), 0)
	for name, c := range map[string]struct {
		spec lambda.FunctionSpec
		says string
	}{
		"no handler":          {lambda.FunctionSpec{Name: "f"}, "handler is missing"},
		"a bad name":          {lambda.FunctionSpec{Name: "f f", Handler: handler}, `"f f"`},
		"an hour's time-out":  {lambda.FunctionSpec{Name: "f", Handler: handler, Timeout: time.Hour}, "time-out 1h0m0s"},
		"three retries":       {lambda.FunctionSpec{Name: "f", Handler: handler, MaxRetryAttempts: new(3)}, "retry attempts 3"},
		"a second's age":      {lambda.FunctionSpec{Name: "f", Handler: handler, MaxEventAge: time.Second}, "event age 1s"},
		"a topic for failure": {lambda.FunctionSpec{Name: "f", Handler: handler, OnFailure: "arn:aws:sns:us-east-1:0:t"}, "arn:aws:sns:us-east-1:0:t"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := newBench(t).engine.Create(c.spec); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Create = %v, want an error about %s", err, c.says)
			}
		})
	}
}
