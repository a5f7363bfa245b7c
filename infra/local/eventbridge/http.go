package eventbridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	targetPrefix = "AWSEvents."
	// maxRequestBytes leaves room for a full PutEvents whose every byte is escaped.
	maxRequestBytes = 8 << 20
)

// An operation answers one API operation, given the body of its request.
type operation func(body []byte) (any, error)

// listOperations is the list of what the engine answers.
func (e *Engine) listOperations() map[string]operation {
	return map[string]operation{
		"PutEvents":         answer(e.putEvents),
		"ListEventBuses":    answer(e.listEventBuses),
		"DescribeEventBus":  answer(e.describeEventBus),
		"ListRules":         answer(e.listRules),
		"DescribeRule":      answer(e.describeRule),
		"ListTargetsByRule": answer(e.listTargetsByRule),
		"TestEventPattern":  answer(e.testEventPattern),
	}
}

// ServeHTTP answers the EventBridge JSON protocol.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	out, err := e.serve(r)
	status := http.StatusOK
	if err != nil {
		refusal := asAPIError(err)
		w.Header().Set("X-Amzn-Errortype", refusal.code)
		out, status = map[string]string{"__type": refusal.code, "message": refusal.message}, refusal.httpStatus()
	}
	body, err := encode(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	w.Write(body) // an error here means that the caller has gone
}

func (e *Engine) serve(r *http.Request) (any, error) {
	target := r.Header.Get("X-Amz-Target")
	name, ours := strings.CutPrefix(target, targetPrefix)
	op := e.operations[name]
	if !ours || op == nil {
		return nil, &apiError{code: "UnknownOperationException",
			message: fmt.Sprintf("The operation %q is not supported by the local EventBridge.", target)}
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	return op(body)
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if len(body) > maxRequestBytes {
		return nil, &apiError{code: "RequestEntityTooLarge", status: http.StatusRequestEntityTooLarge,
			message: fmt.Sprintf("The request is longer than %d bytes.", maxRequestBytes)}
	}
	return body, nil
}

// answer makes an operation of f; a member of the request that In doesn't have is refused by name.
func answer[In any](f func(in In) (any, error)) operation {
	return func(body []byte) (any, error) {
		var in In
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil && !(errors.Is(err, io.EOF) && len(body) == 0) {
			return nil, badRequest(err)
		}
		return f(in)
	}
}

func badRequest(err error) *apiError {
	if member, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return invalid("The member %s is not supported by the local EventBridge.", member)
	}
	return &apiError{code: "SerializationException", message: strings.TrimPrefix(err.Error(), "json: ")}
}
