package stepfunctions

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/recolabs/gnata"

	"slipway/infra/local/awsjson"
)

// A querier evaluates JSONata expressions with the functions that Step Functions
// adds to the language. Time and randomness come from the engine's clock and ids.
type querier struct{ functions map[string]any }

func newQuerier(now func() time.Time, newID func() string) querier {
	functions := queryFunctions(now, newID)
	// gnata takes variables or functions for one evaluation, but a function that
	// has been bound once can be passed on as the value of a variable.
	bound := gnata.NewCustomEnv(functions)
	values := map[string]any{}
	for name := range functions {
		values[name], _ = bound.Lookup(name)
	}
	return querier{values}
}

// evaluate returns the value of x as JSON, or nil when it is undefined. Variables
// are those that lookup knows; it is asked only for names that x refers to.
func (q querier) evaluate(x *expression, lookup func(name string) (any, bool, error)) (json.RawMessage, error) {
	variables := map[string]any{}
	for _, r := range x.references {
		if _, done := variables[r.name]; done {
			continue
		}
		value, ok, err := lookup(r.name)
		if err != nil {
			return nil, err
		}
		if !ok {
			value, ok = q.functions[r.name]
		}
		if ok {
			variables[r.name] = value
		}
	}
	value, err := x.code.EvalWithVars(context.Background(), nil, variables)
	if err != nil || value == nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := encode(&text, value); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// encode writes a value of gnata as JSON, with the members of objects in their order.
func encode(b *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case nil:
		b.WriteString("null")
	case json.Number:
		b.WriteString(v.String())
	case string:
		b.Write(quote(v))
	case float64:
		return encodeNumber(b, v)
	case []any:
		return encodeArray(b, v)
	case map[string]any:
		return encodeObject(b, sortedMap(v))
	case orderedMap:
		return encodeObject(b, v)
	case bool, int, int64:
		fmt.Fprint(b, v)
	default:
		return encodeOther(b, v)
	}
	return nil
}

// encodeNumber writes f as JavaScript does, for which zero has no sign and the
// numbers that JSON can't express are strings.
func encodeNumber(b *bytes.Buffer, f float64) error {
	switch {
	case f == 0:
		f = 0
	case math.IsNaN(f):
		b.WriteString(`"NaN"`)
		return nil
	case math.IsInf(f, 0):
		b.Write(quote(map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]))
		return nil
	}
	text, err := json.Marshal(f)
	b.Write(text)
	return err
}

func encodeArray(b *bytes.Buffer, list []any) error {
	b.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encode(b, v); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

// orderedMap is what gnata's own objects offer.
type orderedMap interface {
	Keys() []string
	Get(key string) (any, bool)
}

func encodeObject(b *bytes.Buffer, m orderedMap) error {
	b.WriteByte('{')
	first := true
	for _, key := range m.Keys() {
		v, _ := m.Get(key)
		if _, plain := m.(sortedMap); v == nil && !plain {
			continue // undefined; in a plain Go map nil is null
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.Write(quote(key))
		b.WriteByte(':')
		if err := encode(b, v); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// encodeOther writes gnata's null and its unfinished sequences; a function is no value.
func encodeOther(b *bytes.Buffer, value any) error {
	if gnata.IsNull(value) {
		b.WriteString("null")
		return nil
	}
	plain := gnata.NormalizeValue(value)
	switch plain.(type) {
	case nil, string, float64, bool, json.Number, []any, map[string]any:
		return encode(b, plain)
	}
	return fmt.Errorf("the result is a function, which JSON can't express")
}

// quote returns s as a JSON string, with no more escapes than JSON needs.
func quote(s string) []byte { return marshal(s) }

// compact returns valid JSON without the space between its parts.
func compact(text string) json.RawMessage { return marshal(json.RawMessage(text)) }

// marshal returns v, a value of this package's own types, as JSON without needless escapes.
func marshal(v any) []byte {
	text, err := awsjson.Encode(v)
	if err != nil {
		panic(err) // a type that can't be written
	}
	return text
}
