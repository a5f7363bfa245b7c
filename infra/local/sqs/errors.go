package sqs

import (
	"errors"
	"fmt"
)

// An apiError is a refusal with the code and the text that SQS answers.
type apiError struct {
	code    string // as the JSON protocol names it
	query   string // as the older query protocol names it, when that differs
	message string
	status  int // HTTP status; zero means 400
}

func (e *apiError) Error() string { return e.message }

var errQueueDoesNotExist = &apiError{
	code: "QueueDoesNotExist", query: "AWS.SimpleQueueService.NonExistentQueue",
	message: "The specified queue does not exist.",
}

func invalidValue(format string, args ...any) *apiError {
	return &apiError{code: "InvalidParameterValue", message: fmt.Sprintf(format, args...)}
}

// asAPIError returns the apiError inside err; any other error is an internal one.
func asAPIError(err error) *apiError {
	if refusal, ok := errors.AsType[*apiError](err); ok {
		return refusal
	}
	return &apiError{code: "InternalFailure", message: err.Error(), status: 500}
}
