package sns

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"

	"slipway/infra/local/awsjson"
)

// namespace is what the elements of answers belong to.
const namespace = "http://sns.amazonaws.com/doc/2010-03-31/"

// encodeAnswer returns <action>Response with result, if there is one, as <action>Result.
func encodeAnswer(action string, result any, id string) ([]byte, error) {
	var body bytes.Buffer
	encoder := xml.NewEncoder(&body)
	response := xml.StartElement{Name: xml.Name{Space: namespace, Local: action + "Response"}}
	err := encoder.EncodeToken(response)
	if err == nil && result != nil {
		err = encoder.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: action + "Result"}})
	}
	if err == nil {
		metadata := struct{ RequestId string }{id}
		err = encoder.EncodeElement(metadata, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}})
	}
	if err == nil {
		err = encoder.EncodeToken(response.End())
	}
	if err == nil {
		err = encoder.Close()
	}
	return body.Bytes(), err
}

type errorResponse struct {
	XMLName   xml.Name `xml:"http://sns.amazonaws.com/doc/2010-03-31/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// encodeRefusal returns err as it says when it is an [*awsjson.Error], or else as an
// internal error.
func encodeRefusal(err error, id string) (status int, body []byte, failure error) {
	refusal, ok := errors.AsType[*awsjson.Error](err)
	if !ok {
		refusal = &awsjson.Error{Code: "InternalError", Message: err.Error(), Status: http.StatusInternalServerError}
	}
	status, fault := refusal.Status, "Sender"
	if status == 0 {
		status = http.StatusBadRequest
	}
	if status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	body, failure = xml.Marshal(errorResponse{Type: fault, Code: refusal.Code, Message: refusal.Message, RequestID: id})
	return status, body, failure
}
