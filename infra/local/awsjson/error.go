package awsjson

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
)

// An Error is a refusal as the API reference of its service describes it.
type Error struct {
	Code    string // such as "ValidationException"
	Message string
	Status  int // of HTTP; zero means 400
	// QueryCode is the code in the query protocol, see [Service.QueryCompatible]; empty when it is Code.
	QueryCode string
	// Members are what the answer has besides its type and message. A member Message
	// takes the place of "message": a few errors spell it so.
	Members map[string]any
}

// Errorf returns an error with the status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// HTTPStatus returns the status of the answer.
func (e *Error) HTTPStatus() int { return cmp.Or(e.Status, http.StatusBadRequest) }

// AsError returns the [*Error] inside err; any other error is an internal failure.
func AsError(err error) *Error {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal
	}
	return &Error{Code: "InternalFailure", Message: err.Error(), Status: http.StatusInternalServerError}
}

// members returns the body of the answer, in which the error goes by the given type.
func (e *Error) members(errorType string) map[string]any {
	body := map[string]any{"__type": errorType}
	if _, spelt := e.Members["Message"]; !spelt {
		body["message"] = e.Message
	}
	maps.Copy(body, e.Members)
	return body
}

// Query returns the query protocol's code, and whose fault the error is: "Sender" or "Receiver".
func (e *Error) Query() (code, fault string) {
	fault = "Sender"
	if e.HTTPStatus() >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	return cmp.Or(e.QueryCode, e.Code), fault
}

// QueryHeader returns what the header X-Amzn-Query-Error tells of the error, per the
// trait awsQueryCompatible of Smithy.
func (e *Error) QueryHeader() string {
	code, fault := e.Query()
	return code + ";" + fault
}
