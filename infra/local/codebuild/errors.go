package codebuild

import (
	"errors"
	"fmt"
	"net/http"
)

// An apiError is an error of the CodeBuild API reference.
type apiError struct {
	code, message string
	status        int
}

// Error returns the code and the message.
func (e *apiError) Error() string { return e.code + ": " + e.message }

func invalidInput(format string, args ...any) error {
	return &apiError{"InvalidInputException", fmt.Sprintf(format, args...), http.StatusBadRequest}
}

func resourceNotFound(format string, args ...any) error {
	return &apiError{"ResourceNotFoundException", fmt.Sprintf(format, args...), http.StatusBadRequest}
}

func unknownOperation(name string) error {
	return &apiError{"UnknownOperationException", fmt.Sprintf("operation %q is not built in this engine", name), http.StatusBadRequest}
}

// asAPIError hides no error: one that is none of the API's own is an internal failure.
func asAPIError(err error) *apiError {
	var refusal *apiError
	if errors.As(err, &refusal) {
		return refusal
	}
	return &apiError{"InternalFailure", err.Error(), http.StatusInternalServerError}
}
