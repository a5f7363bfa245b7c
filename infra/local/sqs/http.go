package sqs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	targetPrefix = "AmazonSQS."
	// maxRequestBytes leaves room for a full batch whose every byte is escaped.
	maxRequestBytes = 8 << 20
)

// An operation answers one API operation, given the body of its request.
type operation func(r *http.Request, body []byte) (any, error)

// listOperations is the list of what the engine answers.
func (e *Engine) listOperations() map[string]operation {
	return map[string]operation{
		"SendMessage":             answer(e.sendMessage),
		"SendMessageBatch":        answer(e.sendMessageBatch),
		"ReceiveMessage":          answer(e.receiveMessage),
		"DeleteMessage":           answer(e.deleteMessage),
		"DeleteMessageBatch":      answer(e.deleteMessageBatch),
		"ChangeMessageVisibility": answer(e.changeMessageVisibility),
		"GetQueueUrl":             answer(e.getQueueURL),
		"GetQueueAttributes":      answer(e.getQueueAttributes),
		"ListQueues":              answer(e.listQueues),
		"PurgeQueue":              answer(e.purgeQueue),
	}
}

// ServeHTTP answers the SQS JSON protocol.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := e.serve(r)
	if errors.Is(err, context.Canceled) {
		return // the caller has gone
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	status := http.StatusOK
	if err != nil {
		refusal := asAPIError(err)
		out, status = refusal.describe(w.Header()), refusal.httpStatus()
	}
	body, err := json.Marshal(out)
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
			message: fmt.Sprintf("The operation %q is not supported by the local SQS.", target)}
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	return op(r, body)
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
func answer[In any](f func(r *http.Request, in In) (any, error)) operation {
	return func(r *http.Request, body []byte) (any, error) {
		var in In
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil && !(errors.Is(err, io.EOF) && len(body) == 0) {
			return nil, badRequest(err)
		}
		return f(r, in)
	}
}

func badRequest(err error) *apiError {
	if member, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &apiError{code: "ValidationException", message: fmt.Sprintf("The member %s is not supported by the local SQS.", member)}
	}
	return &apiError{code: "SerializationException", message: strings.TrimPrefix(err.Error(), "json: ")}
}

// describe returns the body of the answer to a refused request and sets its headers.
func (e *apiError) describe(header http.Header) any {
	query, fault := e.query, "Sender"
	if query == "" {
		query = e.code
	}
	if e.httpStatus() >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	header.Set("X-Amzn-Errortype", e.code)
	header.Set("X-Amzn-Query-Error", query+";"+fault)
	return map[string]string{"__type": "com.amazonaws.sqs#" + e.code, "message": e.message}
}

func (e *apiError) httpStatus() int {
	if e.status == 0 {
		return http.StatusBadRequest
	}
	return e.status
}

// callerOf returns the access key id that signed r, or fallback for an unsigned request.
func callerOf(r *http.Request, fallback string) string {
	_, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !ok {
		return fallback
	}
	key, _, _ := strings.Cut(rest, "/")
	return key
}
