package eventbridge

import (
	"errors"
	"fmt"
	"net/http"
)

// An apiError is a refusal with the code and the text that EventBridge answers.
type apiError struct {
	code    string
	message string
	status  int // HTTP status; zero means 400
}

func (e *apiError) Error() string { return e.message }

func notFound(format string, args ...any) *apiError {
	return &apiError{code: "ResourceNotFoundException", message: fmt.Sprintf(format, args...)}
}

func invalidArgument(format string, args ...any) *apiError {
	return &apiError{code: "InvalidArgument", message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *apiError {
	return &apiError{code: "ValidationException", message: fmt.Sprintf(format, args...)}
}

func (e *apiError) httpStatus() int {
	if e.status == 0 {
		return http.StatusBadRequest
	}
	return e.status
}

// asAPIError returns the apiError inside err; any other error is an internal one.
func asAPIError(err error) *apiError {
	if refusal, ok := errors.AsType[*apiError](err); ok {
		return refusal
	}
	return &apiError{code: "InternalException", message: err.Error(), status: http.StatusInternalServerError}
}
