package dynamodb

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"

	"slipway/infra/local/awsjson"
)

// maxNesting is how many levels a value may have, counting its scalars.
const maxNesting = 32

// UnmarshalJSON reads attribute values by name; its errors are of type [*awsjson.Error].
func (d *document) UnmarshalJSON(raw []byte) error {
	read, err := decodeDocument(raw, 1)
	*d = read
	return err
}

func decodeDocument(raw []byte, level int) (document, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, malformed("attribute values must be an object of names: %v", err)
	}
	if members == nil {
		return nil, nil
	}
	d := make(document, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		v, err := decodeValue(members[name], level)
		if err != nil {
			return nil, err
		}
		d[name] = v
	}
	return d, nil
}

// decodeValue reads one value such as {"S":"text"}, which lies level levels deep.
func decodeValue(raw []byte, level int) (value, error) {
	if level > maxNesting {
		return nil, invalid("Nesting Levels have exceeded supported limits: " +
			"Attributes in the item have nested levels beyond supported limit")
	}
	var typed map[kind]json.RawMessage
	if err := json.Unmarshal(raw, &typed); err != nil {
		return nil, malformed("an attribute value must be an object with one type: %v", err)
	}
	if len(typed) > 1 {
		return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	for k, content := range typed {
		return decodeContent(k, content, level)
	}
	return nil, emptyValue()
}

func emptyValue() *awsjson.Error {
	return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
}

func decodeContent(k kind, raw []byte, level int) (value, error) {
	switch k {
	case kindText:
		s, err := decodeAs[string](k, raw)
		return text(s), err
	case kindNumber:
		return decodeNumber(raw)
	case kindBinary:
		s, err := decodeAs[string](k, raw)
		if err != nil {
			return nil, err
		}
		return decodeBinary(s)
	case kindBoolean:
		b, err := decodeAs[bool](k, raw)
		return boolean(b), err
	case kindNull:
		return decodeNull(raw)
	case kindList:
		return decodeList(raw, level)
	case kindDocument:
		d, err := decodeDocument(raw, level+1)
		if err == nil && d == nil {
			return nil, emptyValue()
		}
		return d, err
	case kindTextSet, kindNumberSet, kindBinarySet:
		return decodeSet(k, raw)
	}
	return nil, emptyValue()
}

func decodeAs[T any](k kind, raw []byte) (T, error) {
	var into *T
	if err := json.Unmarshal(raw, &into); err != nil {
		return *new(T), malformed("the content of an attribute value of type %s can not be read: %v", k, err)
	}
	if into == nil {
		return *new(T), emptyValue()
	}
	return *into, nil
}

func decodeNumber(raw []byte) (value, error) {
	s, err := decodeAs[string](kindNumber, raw)
	if err != nil {
		return nil, err
	}
	return parseNumber(s)
}

func decodeBinary(s string) (value, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, malformed("an attribute value of type B must be base64: %v", err)
	}
	return binary(b), nil
}

func decodeNull(raw []byte) (value, error) {
	is, err := decodeAs[bool](kindNull, raw)
	if err == nil && !is {
		err = invalid("One or more parameter values were invalid: Null attribute value types must have the value of true")
	}
	return null{}, err
}

func decodeList(raw []byte, level int) (value, error) {
	elements, err := decodeAs[[]json.RawMessage](kindList, raw)
	if err != nil {
		return nil, err
	}
	l := make(list, len(elements))
	for i, element := range elements {
		if l[i], err = decodeValue(element, level+1); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// MarshalJSON writes the values with their types, in order of their names.
func (d document) MarshalJSON() ([]byte, error) { return appendDocument(nil, d), nil }

func appendDocument(b []byte, d document) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(d)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = appendValue(b, d[name])
	}
	return append(b, '}')
}

func appendValue(b []byte, v value) []byte {
	b = append(b, `{"`+string(v.kind())+`":`...)
	switch v := v.(type) {
	case boolean:
		if v {
			b = append(b, "true"...)
		} else {
			b = append(b, "false"...)
		}
	case null:
		b = append(b, "true"...)
	case list:
		b = appendArray(b, v, appendValue)
	case document:
		b = appendDocument(b, v)
	case textSet:
		b = appendArray(b, v, appendScalar)
	case numberSet:
		b = appendArray(b, v, appendScalar)
	case binarySet:
		b = appendArray(b, v, appendScalar)
	default:
		b = appendScalar(b, v)
	}
	return append(b, '}')
}

func appendArray[T value](b []byte, elements []T, write func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, element := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, element)
	}
	return append(b, ']')
}

func appendScalar[T value](b []byte, v T) []byte {
	switch v := any(v).(type) {
	case text:
		return appendString(b, string(v))
	case number:
		return appendString(b, v.String())
	case binary:
		return appendString(b, base64.StdEncoding.EncodeToString([]byte(v)))
	}
	return b
}

func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // a string always has a JSON form
		panic(err)
	}
	return append(b, quoted...)
}
