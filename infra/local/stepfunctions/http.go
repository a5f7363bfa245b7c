package stepfunctions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const targetPrefix = "AWSStepFunctions."

// An operation answers one kind of request.
type operation func(e *Engine, caller string, body []byte) (any, error)

// operations returns what the engine can be asked for, by the name in X-Amz-Target.
func operations() map[string]operation {
	return map[string]operation{
		"StartExecution":                   answer((*Engine).startExecution),
		"DescribeExecution":                answer((*Engine).describeExecution),
		"ListExecutions":                   answer((*Engine).listExecutions),
		"GetExecutionHistory":              answer((*Engine).getExecutionHistory),
		"StopExecution":                    answer((*Engine).stopExecution),
		"DescribeStateMachine":             answer((*Engine).describeStateMachine),
		"ListStateMachines":                answer((*Engine).listStateMachines),
		"DescribeStateMachineForExecution": answer((*Engine).describeStateMachineForExecution),
		"ValidateStateMachineDefinition":   answer((*Engine).validateStateMachineDefinition),
		"SendTaskSuccess":                  answer((*Engine).sendTaskSuccess),
		"SendTaskFailure":                  answer((*Engine).sendTaskFailure),
		"SendTaskHeartbeat":                answer((*Engine).sendTaskHeartbeat),
	}
}

// answer makes an operation of a method that takes a typed request.
func answer[In, Out any](f func(*Engine, string, In) (Out, error)) operation {
	return func(e *Engine, caller string, body []byte) (any, error) {
		var in In
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		return f(e, caller, in)
	}
}

// decode reads a request; a member that the engine doesn't know is refused by name.
func decode(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(in)
	if err == nil && dec.More() {
		err = errors.New("text follows the request")
	}
	if err == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return newAPIError("ValidationException", "The request member %s is not supported by the local engine", name)
	}
	return newAPIError("SerializationException", "The request body is not valid: %v", err)
}

// ServeHTTP answers the AWS JSON 1.0 protocol of Step Functions.
func (e *Engine) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var body []byte
	var err error
	if req.Body != nil {
		body, err = io.ReadAll(req.Body)
	}
	var out any
	if err == nil {
		out, err = e.dispatch(req, body)
	}
	if err != nil {
		e.refuse(w, err)
		return
	}
	e.respond(w, http.StatusOK, out)
}

func (e *Engine) dispatch(req *http.Request, body []byte) (any, error) {
	target := req.Header.Get("X-Amz-Target")
	name, ok := strings.CutPrefix(target, targetPrefix)
	run := operations()[name]
	if !ok || run == nil {
		return nil, newAPIError("UnknownOperationException", "Operation '%s' is not supported by the local engine", target)
	}
	return run(e, callerOf(req), body)
}

func (e *Engine) respond(w http.ResponseWriter, status int, out any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("x-amzn-RequestId", e.NewID())
	w.WriteHeader(status)
	if _, err := w.Write(marshal(out)); err != nil {
		return // the caller has gone; there is nobody left to tell
	}
}

func (e *Engine) refuse(w http.ResponseWriter, err error) {
	failure := &apiError{code: "InternalServerException", message: err.Error(), status: http.StatusInternalServerError}
	errors.As(err, &failure)
	w.Header().Set("x-amzn-ErrorType", failure.code)
	e.respond(w, failure.status, map[string]string{"__type": failure.code, "message": failure.message})
}

// callerOf returns the access key id that signed a request, "" if none did.
func callerOf(req *http.Request) string {
	_, credential, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	return key
}

// An apiError is an error with the code that AWS gives it.
type apiError struct {
	code    string
	message string
	status  int
}

// Error implements error.
func (e *apiError) Error() string { return e.code + ": " + e.message }

func newAPIError(code, format string, args ...any) error {
	return &apiError{code, fmt.Sprintf(format, args...), http.StatusBadRequest}
}

// epoch is a time as AWS's JSON protocols write it: seconds since 1970, to the millisecond.
type epoch time.Time

// MarshalJSON implements [json.Marshaler].
func (t epoch) MarshalJSON() ([]byte, error) {
	ms := time.Time(t).UnixMilli()
	return fmt.Appendf(nil, "%d.%03d", ms/1000, ms%1000), nil
}

func optionalEpoch(t *time.Time) *epoch {
	if t == nil {
		return nil
	}
	e := epoch(*t)
	return &e
}
