package lambda

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// An apiError is a refusal with the code and the text that Lambda answers.
type apiError struct {
	code    string
	message string
	status  int
}

func (e *apiError) Error() string { return e.message }

// ErrorCode returns the code by which Lambda's API names the error.
func (e *apiError) ErrorCode() string { return e.code }

func (e *Engine) notFound(nameOrARN string) *apiError {
	if !strings.HasPrefix(nameOrARN, "arn:") {
		nameOrARN = e.ARN(nameOrARN)
	}
	return &apiError{"ResourceNotFoundException", "Function not found: " + nameOrARN, http.StatusNotFound}
}

func invalidValue(format string, args ...any) *apiError {
	return &apiError{"InvalidParameterValueException", fmt.Sprintf(format, args...), http.StatusBadRequest}
}

// asAPIError returns the apiError inside err; any other error is an internal one.
func asAPIError(err error) *apiError {
	if refusal, ok := errors.AsType[*apiError](err); ok {
		return refusal
	}
	return &apiError{"ServiceException", err.Error(), http.StatusInternalServerError}
}
