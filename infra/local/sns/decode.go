package sns

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"slipway/infra/local/awsjson"
)

// decode reads parameters into in. A parameter that in doesn't have is refused, as
// it asks for something that nobody would do.
func decode(parameters any, in any) error {
	text, err := awsjson.Encode(parameters)
	if err != nil {
		return fmt.Errorf("encode parameters: %w", err)
	}
	err = strict(text, in)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return malformed("the parameter %s can't be a %s", mismatch.Field, mismatch.Value)
	}
	if err == nil {
		return nil
	}
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return invalidParameter("%s Reason: the parameter is not supported", strings.Trim(name, `"`))
	}
	return malformed("the parameters can't be read: %v", err)
}

var errNotOneValue = errors.New("it must be one JSON value")

// strict reads one JSON value without members that in doesn't have.
func strict(text []byte, in any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(in)
	if err == nil && d.More() {
		return errNotOneValue
	}
	return err
}

// A list is a list or a map of a request. Clients send an empty one as an empty value.
type list[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *list[T]) UnmarshalJSON(text []byte) error {
	if string(text) == `""` {
		return nil
	}
	return strict(text, (*[]T)(l))
}
