package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"slipway/infra/local/clock"
)

// The limits on payloads, per "Lambda quotas".
const (
	maxSyncBytes     = 6 << 20
	maxAsyncBytes    = 1 << 20
	maxResponseBytes = 6291556
)

// latest is the only version that a function has.
const latest = "$LATEST"

// Invoke runs a function, given by name or ARN, and returns its answer. Whatever
// goes wrong inside the function comes back as a [*FunctionError]: an error, a
// panic, a time-out. A handler that goes on after its deadline holds up its
// caller, and the time-out is reported once it returns.
func (e *Engine) Invoke(ctx context.Context, nameOrARN string, payload []byte) ([]byte, error) {
	f, err := e.function(nameOrARN)
	if err != nil {
		return nil, err
	}
	if payload, err = checkPayload(payload, maxSyncBytes); err != nil {
		return nil, err
	}
	return e.run(ctx, f, e.NewID(), payload)
}

// checkPayload returns payload, or {} when it is empty, if it is JSON within the limit.
func checkPayload(payload []byte, limit int) ([]byte, error) {
	if len(payload) == 0 {
		return []byte("{}"), nil
	}
	if len(payload) > limit {
		return nil, &apiError{"RequestTooLargeException",
			fmt.Sprintf("%d byte payload is too large for the invocation (limit %d bytes)", len(payload), limit), http.StatusRequestEntityTooLarge}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(payload, &whole); err != nil {
		return nil, &apiError{"InvalidRequestContentException",
			"Could not parse request body into json: " + err.Error(), http.StatusBadRequest}
	}
	return payload, nil
}

// run invokes f once.
func (e *Engine) run(ctx context.Context, f *function, requestID string, payload []byte) ([]byte, error) {
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: requestID, InvokedFunctionArn: f.arn})
	if _, wall := e.Clock.(*clock.Wall); wall { // a deadline in virtual time would mean nothing to the runtime
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.Timeout, errTimedOut)
		defer cancel()
	}
	answer, err := call(ctx, f, payload)
	switch {
	case context.Cause(ctx) == errTimedOut:
		return nil, newFunctionError(messages.InvokeResponse_Error{Type: "Sandbox.Timedout",
			Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, f.Timeout.Seconds())})
	case err == nil && len(answer) > maxResponseBytes:
		return nil, newFunctionError(messages.InvokeResponse_Error{Type: "Function.ResponseSizeTooLarge",
			Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponseBytes)})
	}
	return answer, err
}

var errTimedOut = errors.New("the function timed out")

// call runs the handler of f and turns its error or panic into a [*FunctionError].
func call(ctx context.Context, f *function, payload []byte) (answer []byte, err error) {
	defer func() {
		if value := recover(); value != nil {
			answer, err = nil, newFunctionError(describePanic(value))
		}
	}()
	answer, err = f.Handler.Invoke(ctx, payload)
	if err != nil {
		return nil, newFunctionError(describeError(err))
	}
	return bytes.Clone(answer), nil // see NewHandler: it may be overwritten
}
