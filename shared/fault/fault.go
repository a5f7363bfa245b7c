// Package fault gives errors the names by which state machines catch and retry
// them: aws-lambda-go reports the type of the outermost error as its name.
package fault

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"slipway/shared/pipeline"
)

// Names of errors in state machine definitions.
const (
	Cancelling = "Cancelling"
	Conflict   = "Conflict"
	Ended      = "Ended"
	Invalid    = "Invalid"
	NotFound   = "NotFound"
	Refused    = "Refused"
	Unexpected = "Unexpected" // whatever the domain does not know; worth trying again
)

// Name returns the name of err for a state machine.
func Name(err error) string {
	for _, known := range []struct {
		err  error
		name string
	}{
		{pipeline.ErrCancelling, Cancelling},
		{pipeline.ErrConflict, Conflict},
		{pipeline.ErrEnded, Ended},
		{pipeline.ErrRefused, Refused},
		{pipeline.ErrInvalid, Invalid},
		{pipeline.ErrNotFound, NotFound},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	return Unexpected
}

// A Handler handles one Lambda invocation.
type Handler[In, Out any] func(context.Context, In) (Out, error)

// Handle returns h with its errors named, as aws-lambda-go wants a handler.
func Handle[In, Out any](h Handler[In, Out]) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		out, err := h(ctx, in)
		if err != nil {
			err = messages.InvokeResponse_Error{Type: Name(err), Message: pipeline.Message(err)}
		}
		return out, err
	}
}

// Message returns the text for people in the cause of a failed state: of a Lambda
// error, which is JSON, its message; of anything else, the cause as it is.
func Message(cause string) string {
	var lambda messages.InvokeResponse_Error
	if json.Unmarshal([]byte(cause), &lambda) == nil && lambda.Message != "" {
		return lambda.Message
	}
	return cause
}
