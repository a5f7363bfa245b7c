package pattern

import (
	"bytes"
	"encoding/json"
	"errors"
)

// An object is a JSON object with its members in the order of the text; the
// other JSON values decode as they do with [json.Decoder.UseNumber].
type object []member

type member struct {
	name  string
	value any
}

// decode reads one JSON value.
func decode(text []byte) (any, error) {
	// Unmarshal checks the whole text, its depth included, before decodeValue recurses into it.
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(whole))
	d.UseNumber()
	return decodeValue(d)
}

// decodeObject reads one JSON object.
func decodeObject(text []byte) (object, error) {
	value, err := decode(text)
	if err != nil {
		return nil, err
	}
	o, ok := value.(object)
	if !ok {
		return nil, errors.New("it must be a JSON object")
	}
	return o, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeMembers(d)
	case json.Delim('['):
		return decodeElements(d)
	}
	return token, nil
}

func decodeMembers(d *json.Decoder) (any, error) {
	o := object{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name.(string), value}) // the JSON is valid, so a name is a string
	}
	_, err := d.Token() // the closing brace
	return o, err
}

func decodeElements(d *json.Decoder) (any, error) {
	elements := []any{}
	for d.More() {
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		elements = append(elements, value)
	}
	_, err := d.Token() // the closing bracket
	return elements, err
}
