package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
	"slipway/shared/project"
)

// An Error is an answer of the API that is no success. In errors.Is it is
// [pipeline.ErrInvalid], [pipeline.ErrNotFound], [pipeline.ErrRefused] or
// [pipeline.ErrEnded] as its status says.
type Error struct {
	Status   int // HTTP's
	Code     string
	Message  string
	Problems project.Problems // of a project file, each with line and column
}

// Error returns the problems, one a line, or else the message.
func (e *Error) Error() string {
	if len(e.Problems) > 0 {
		return e.Problems.Error()
	}
	return e.Message
}

// Is tells whether target is the sentinel that e's status stands for.
func (e *Error) Is(target error) bool {
	switch e.Status {
	case http.StatusBadRequest:
		return target == pipeline.ErrInvalid
	case http.StatusNotFound:
		return target == pipeline.ErrNotFound
	case http.StatusForbidden:
		return target == pipeline.ErrRefused
	case http.StatusConflict:
		return target == pipeline.ErrEnded
	}
	return false
}

// maxExcerpt is how much is told of a body that is not the API's own, in bytes.
const maxExcerpt = 300

// refusal returns what the API refused, or, where something in front of it did,
// such as IAM in front of a function URL, what that said.
func (a answer) refusal() *Error {
	var problems []events.Problem
	var body api.Error
	body.Error.Problems = &problems
	if err := json.Unmarshal(a.body, &body); err != nil || body.Error.Message == "" {
		excerpt := strings.TrimSpace(string(a.body[:min(len(a.body), maxExcerpt)]))
		return &Error{Status: a.status, Message: fmt.Sprintf("the API's address answered %d %s: %s", a.status, http.StatusText(a.status), excerpt)}
	}
	e := &Error{Status: a.status, Code: body.Error.Code, Message: body.Error.Message}
	for _, p := range problems {
		e.Problems = append(e.Problems, project.Problem{Line: p.Line, Column: p.Column, Message: p.Message, Remedy: p.Remedy})
	}
	return e
}
