package sqs

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"

	"slipway/infra/local/awsjson"
)

// queryAnswer returns the answer to action as XML. An action without an answer gets
// no result, and only the request's id.
func queryAnswer(action string, answer any, requestID string) ([]byte, error) {
	encoded, err := awsjson.Encode(answer)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	if err := json.Unmarshal(encoded, &members); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", action, err)
	}
	var body bytes.Buffer
	x := queryWriter{xml.NewEncoder(&body), action}
	err = x.inside(xml.StartElement{Name: xml.Name{Space: queryNamespace, Local: action + "Response"}}, func() error {
		if _, none := answer.(struct{}); !none {
			if err := x.element(action+"Result", members); err != nil {
				return err
			}
		}
		return x.element("ResponseMetadata", map[string]any{"RequestId": requestID})
	})
	if err == nil {
		err = x.encoder.Flush()
	}
	return body.Bytes(), err
}

// A queryWriter writes the members of an answer as XML: elements of lists stand side
// by side under the name of one, and maps are lists of names and values.
type queryWriter struct {
	encoder *xml.Encoder
	action  string
}

// element writes value, as the JSON protocol has it, under name.
func (x queryWriter) element(name string, value any) error {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	switch value := value.(type) {
	case map[string]any:
		return x.inside(start, func() error {
			for _, member := range slices.Sorted(maps.Keys(value)) {
				if err := x.member(member, value[member]); err != nil {
					return err
				}
			}
			return nil
		})
	case nil:
		return nil
	default:
		return x.encoder.EncodeElement(value, start)
	}
}

// member writes one member of an object.
func (x queryWriter) member(name string, value any) error {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if err := x.element(x.elementName(name), element); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if element := x.elementName(name); element != name {
			return x.pairs(element, value)
		}
	}
	return x.element(name, value)
}

// pairs writes a map, an element for each of its names.
func (x queryWriter) pairs(element string, value map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(value)) {
		if err := x.element(element, map[string]any{"Name": name, "Value": value[name]}); err != nil {
			return err
		}
	}
	return nil
}

// elementName returns what the query protocol calls one element of a list or map.
func (x queryWriter) elementName(list string) string {
	switch list {
	case "Messages":
		return "Message"
	case "QueueUrls":
		return "QueueUrl"
	case "Attributes":
		return "Attribute"
	case "MessageAttributes":
		return "MessageAttribute"
	case "Successful":
		return x.action + "ResultEntry"
	case "Failed":
		return "BatchResultErrorEntry"
	default:
		return list
	}
}

func (x queryWriter) inside(start xml.StartElement, write func() error) error {
	if err := x.encoder.EncodeToken(start); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	return x.encoder.EncodeToken(start.End())
}
