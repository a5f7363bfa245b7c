package sqs

import (
	"cmp"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"slipway/infra/local/awsjson"
)

// The query protocol, which SQS spoke alone until the end of 2023: clients of that
// time, such as version 2.9 of the aws command, know no other. Each request becomes
// one of the JSON protocol, and its answer becomes XML.

// isQuery tells whether r speaks the query protocol.
func isQuery(r *http.Request) bool {
	return r.Header.Get("X-Amz-Target") == "" && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (e *Engine) query(w http.ResponseWriter, r *http.Request) {
	action, answer, err := e.act(r)
	if gone := r.Context().Err(); gone != nil && errors.Is(err, gone) {
		return // nobody waits for the answer
	}
	var body []byte
	if err == nil {
		body, err = queryAnswer(action, answer, e.NewID())
	}
	if err != nil {
		e.refuseQuery(w, err)
		return
	}
	writeXML(w, http.StatusOK, body)
}

// act does what the form asks for and returns the action's name and the answer.
func (e *Engine) act(r *http.Request) (action string, answer any, err error) {
	body, err := awsjson.Read(r)
	if err != nil {
		return "", nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", nil, awsjson.Errorf("MalformedQueryString", "The form can not be read: %v", err)
	}
	action = form.Get("Action")
	request, err := queryRequest(form)
	if err != nil {
		return action, nil, err
	}
	answer, err = e.api.Do(r, action, request)
	return action, answer, err
}

// queryNamespace is that of every answer, after the version of the protocol's API.
const queryNamespace = "http://queue.amazonaws.com/doc/2012-11-05/"

// A queryError is a refusal, per "Common Errors" in the Amazon SQS API reference.
type queryError struct {
	XMLName   xml.Name `xml:"http://queue.amazonaws.com/doc/2012-11-05/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	Detail    struct{} `xml:"Error>Detail"`
	RequestID string   `xml:"RequestId"`
}

func (e *Engine) refuseQuery(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	refusal := queryError{Type: "Receiver", Code: "InternalFailure", Message: err.Error(), RequestID: e.NewID()}
	if known, ok := errors.AsType[*awsjson.Error](err); ok {
		refusal.Type, refusal.Code, refusal.Message = "Sender", cmp.Or(known.QueryCode, known.Code), known.Message
		status = cmp.Or(known.Status, http.StatusBadRequest)
	}
	body, err := xml.Marshal(refusal)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeXML(w, status, body)
}

func writeXML(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone, and there is nobody else to tell
}
