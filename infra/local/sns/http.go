package sns

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"slipway/infra/local/awsjson"
)

// What the query protocol, in which a request is a form and an answer is XML, has for SNS.
const (
	apiVersion = "2010-03-31"

	// maxRequest is the most bytes of a request: a message of 256 KiB of which every
	// byte is escaped, and what goes with it.
	maxRequest = 2 << 20
)

// actions lists what the engine answers.
func (e *Engine) actions() map[string]awsjson.Operation {
	return map[string]awsjson.Operation{
		"CreateTopic":               awsjson.Answer(e.createTopic),
		"DeleteTopic":               awsjson.Answer(e.deleteTopic),
		"GetTopicAttributes":        awsjson.Answer(e.getTopicAttributes),
		"SetTopicAttributes":        awsjson.Answer(e.setTopicAttributes),
		"ListTopics":                awsjson.Answer(e.listTopics),
		"Subscribe":                 awsjson.Answer(e.subscribe),
		"Unsubscribe":               awsjson.Answer(e.unsubscribe),
		"GetSubscriptionAttributes": awsjson.Answer(e.getSubscriptionAttributes),
		"SetSubscriptionAttributes": awsjson.Answer(e.setSubscriptionAttributes),
		"ListSubscriptions":         awsjson.Answer(e.listSubscriptions),
		"ListSubscriptionsByTopic":  awsjson.Answer(e.listSubscriptionsByTopic),
		"Publish":                   awsjson.Answer(e.publish),
		"PublishBatch":              awsjson.Answer(e.publishBatch),
	}
}

// ServeHTTP answers the SNS query protocol: forms that are posted, and links such
// as the one by which the reader of a message unsubscribes.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action, result, err := e.call(r)
	id := e.NewID()
	var body []byte
	status := http.StatusOK
	if err == nil {
		body, err = encodeAnswer(action, result, id)
	}
	if err != nil {
		status, body, err = encodeRefusal(err, id)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Amzn-Requestid", id)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone, and there is nobody else to tell
}

// call finds the operation and has it answer.
func (e *Engine) call(r *http.Request) (action string, result any, err error) {
	parameters, err := read(r)
	if err != nil {
		return "", nil, err
	}
	action = parameters.Get("Action")
	operation := e.operations[action]
	if operation == nil {
		return "", nil, awsjson.Errorf("InvalidAction", "The action %q is not supported for this endpoint", action)
	}
	if version := parameters.Get("Version"); version != "" && version != apiVersion {
		return "", nil, awsjson.Errorf("InvalidAction", "The version %q is not supported for this endpoint; it must be %s", version, apiVersion)
	}
	parameters.Del("Action")
	parameters.Del("Version")
	tree, err := parseForm(parameters)
	if err != nil {
		return "", nil, err
	}
	result, err = operation(r, func(in any) error { return decode(tree, in) })
	return action, result, err
}

// read returns the parameters of r, from its address and its body.
func read(r *http.Request) (url.Values, error) {
	var body []byte
	if r.Body != nil { // there may be none in a request that was handed over in process
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxRequest+1)); err != nil {
			return nil, fmt.Errorf("read request: %w", err)
		}
	}
	if len(body) > maxRequest {
		return nil, &awsjson.Error{Code: "RequestEntityTooLarge", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("The request is longer than %d bytes", maxRequest)}
	}
	parameters, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, awsjson.Errorf("MalformedQueryString", "The form can not be read: %v", err)
	}
	inAddress, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, awsjson.Errorf("MalformedQueryString", "The query string can not be read: %v", err)
	}
	for name, values := range inAddress {
		parameters[name] = append(parameters[name], values...)
	}
	return parameters, nil
}
