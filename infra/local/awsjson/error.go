package awsjson

import (
	"cmp"
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

func (e *Error) status() int { return cmp.Or(e.Status, http.StatusBadRequest) }

// members returns the body of the answer, in which the error goes by the given type.
func (e *Error) members(errorType string) map[string]any {
	body := map[string]any{"__type": errorType}
	if _, spelt := e.Members["Message"]; !spelt {
		body["message"] = e.Message
	}
	maps.Copy(body, e.Members)
	return body
}

// queryError returns the header that tells the query protocol's code, and whose fault the error is.
func (e *Error) queryError() string {
	fault := "Sender"
	if e.status() >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	return cmp.Or(e.QueryCode, e.Code) + ";" + fault
}
