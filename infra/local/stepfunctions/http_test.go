package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
)

// post sends a request to the engine and returns the code of the error that it answers with, "" for none.
func (r *rig) post(operation string, in, out any) string {
	r.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		r.t.Fatal(err)
	}
	status, answer := r.postRaw(operation, body)
	if status == http.StatusOK {
		if out != nil {
			if err := json.Unmarshal(answer, out); err != nil {
				r.t.Fatalf("%s answered %s: %v", operation, answer, err)
			}
		}
		return ""
	}
	var failure struct {
		Type string `json:"__type"`
	}
	if err := json.Unmarshal(answer, &failure); err != nil || failure.Type == "" {
		r.t.Fatalf("%s answered %d %s", operation, status, answer)
	}
	return failure.Type
}

func (r *rig) postRaw(operation string, body []byte) (int, []byte) {
	req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	req.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=manager1/20260105/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0")
	return serve(r.engine, req)
}

func serve(h http.Handler, req *http.Request) (int, []byte) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		return 0, nil
	}
	return w.Code, body
}
