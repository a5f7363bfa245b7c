package cloudwatch

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"slipway/infra/local/awsjson"
)

// The query protocol, which CloudWatch spoke alone until 2025. Each request becomes one
// of the JSON protocol, and its answer becomes XML.

const (
	queryNamespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"
	queryVersion   = "2010-08-01"
)

func (e *Engine) serveQuery(w http.ResponseWriter, r *http.Request) {
	id, status := e.NewID(), http.StatusOK
	action, answer, err := e.callQuery(r)
	var body []byte
	if err == nil {
		body, err = queryAnswer(action, answer, id)
	}
	if err != nil {
		refusal := awsjson.AsError(err)
		status = refusal.HTTPStatus()
		body, err = queryRefusal(refusal, id)
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

// callQuery does what the form asks for and returns the action's name and the answer.
func (e *Engine) callQuery(r *http.Request) (action string, answer any, err error) {
	body, err := awsjson.Read(r)
	if err != nil {
		return "", nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", nil, awsjson.Errorf("MalformedQueryString", "The form can not be read: %v", err)
	}
	action = form.Get("Action")
	if e.api.Operations[action] == nil {
		return action, nil, awsjson.Errorf("InvalidAction", "The action %q is not supported by the local CloudWatch, which has alarms and their history", action)
	}
	if version := form.Get("Version"); version != queryVersion {
		return action, nil, awsjson.Errorf("InvalidAction", "The version %q is not supported for this endpoint; it must be %s", version, queryVersion)
	}
	delete(form, "Action")
	delete(form, "Version")
	request, err := requestOfForm(form)
	if err != nil {
		return action, nil, err
	}
	answer, err = e.api.Do(r, action, request)
	return action, answer, err
}

// queryAnswer returns the answer to action as XML, with the result that it has.
func queryAnswer(action string, answer any, id string) ([]byte, error) {
	var body bytes.Buffer
	encoder := xml.NewEncoder(&body)
	response := xml.StartElement{Name: xml.Name{Space: queryNamespace, Local: action + "Response"}}
	err := encoder.EncodeToken(response)
	if err == nil && !isEmpty(answer) {
		err = element(encoder, action+"Result", answer)
	}
	if err == nil {
		err = element(encoder, "ResponseMetadata", record{"RequestId": id})
	}
	if err == nil {
		err = encoder.EncodeToken(response.End())
	}
	if err == nil {
		err = encoder.Close()
	}
	return body.Bytes(), err
}

// element writes value under name; the elements of a list are called member.
func element(encoder *xml.Encoder, name string, value any) error {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	inside := func(write func() error) error {
		if err := encoder.EncodeToken(start); err != nil {
			return err
		}
		if err := write(); err != nil {
			return err
		}
		return encoder.EncodeToken(start.End())
	}
	switch value := value.(type) {
	case record:
		return inside(func() error {
			for _, member := range slices.Sorted(maps.Keys(value)) {
				if err := element(encoder, member, value[member]); err != nil {
					return err
				}
			}
			return nil
		})
	case []any:
		return inside(func() error {
			for _, item := range value {
				if err := element(encoder, "member", item); err != nil {
					return err
				}
			}
			return nil
		})
	case awsjson.Time:
		return encoder.EncodeElement(time.Time(value).UTC().Format("2006-01-02T15:04:05.000Z"), start)
	}
	return encoder.EncodeElement(value, start)
}

type errorResponse struct {
	XMLName   xml.Name `xml:"http://monitoring.amazonaws.com/doc/2010-08-01/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func queryRefusal(refusal *awsjson.Error, id string) ([]byte, error) {
	code, fault := refusal.Query()
	body, err := xml.Marshal(errorResponse{Type: fault, Code: code, Message: refusal.Message, RequestID: id})
	if err != nil {
		return nil, fmt.Errorf("encode refusal %s: %w", code, err)
	}
	return body, nil
}
