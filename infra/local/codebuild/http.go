package codebuild

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
	targetPrefix = "CodeBuild_20161006."
	maxRequest   = 1 << 20 // bytes
)

// ServeHTTP implements [http.Handler]: one operation of the CodeBuild JSON 1.1
// protocol. An operation or a request member that isn't built is refused by name.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := e.serve(r)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	status := http.StatusOK
	if err != nil {
		refusal := asAPIError(err)
		status = refusal.status
		w.Header().Set("X-Amzn-Errortype", refusal.code)
		out = map[string]string{"__type": refusal.code, "message": refusal.message}
	}
	body, err := json.Marshal(out)
	if err != nil {
		e.Report(fmt.Errorf("answer %s: %w", r.Header.Get("X-Amz-Target"), err))
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		e.Report(fmt.Errorf("answer %s: %w", r.Header.Get("X-Amz-Target"), err))
	}
}

func (e *Engine) serve(r *http.Request) (any, error) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	if !ok {
		return nil, unknownOperation(r.Header.Get("X-Amz-Target"))
	}
	switch operation {
	case "StartBuild":
		return call(r, e.startBuild)
	case "StopBuild":
		return call(r, e.stopBuild)
	case "BatchGetBuilds":
		return call(r, e.batchGetBuilds)
	case "ListBuildsForProject":
		return call(r, e.listBuildsForProject)
	case "ListProjects":
		return call(r, e.listProjects)
	case "BatchGetProjects":
		return call(r, e.batchGetProjects)
	}
	return nil, unknownOperation(operation)
}

// call decodes the request strictly and answers it.
func call[In any](r *http.Request, answer func(*http.Request, In) (any, error)) (any, error) {
	var in In
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxRequest+1)); err != nil {
			return nil, fmt.Errorf("read request: %w", err)
		}
	}
	if len(body) > maxRequest {
		return nil, invalidInput("the request has more than %d bytes", maxRequest)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil && !errors.Is(err, io.EOF) {
		return nil, invalidInput("the request is not understood here: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return answer(r, in)
}

// initiator is who signed the request, by the access key id.
func initiator(r *http.Request) string {
	_, credential, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !ok {
		return "anonymous"
	}
	key, _, _ := strings.Cut(credential, "/")
	return key
}
