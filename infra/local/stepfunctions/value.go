package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/recolabs/gnata"

	"slipway/infra/local/awsjson"
)

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

// encodeNumber writes f as JavaScript does, for which zero has no sign. What JSON
// can't express is an error.
func encodeNumber(b *bytes.Buffer, f float64) error {
	switch {
	case f == 0:
		f = 0
	case math.IsNaN(f) || math.IsInf(f, 0):
		return fmt.Errorf("D1001: Number out of range: %v", f)
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

// orderedMap is what gnata's own objects offer to read.
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

// numbers returns a value of gnata in which every number is a double, as in
// JavaScript; it changes value.
func numbers(value any) any {
	return mapNumbers(value, func(n json.Number) any {
		f, err := n.Float64()
		if err != nil {
			return n // beyond the range of a double
		}
		return f
	})
}

// mapNumbers replaces each number of value as it came from JSON; it changes value.
func mapNumbers(value any, replace func(json.Number) any) any {
	switch v := value.(type) {
	case json.Number:
		return replace(v)
	case []any:
		for i := range v {
			v[i] = mapNumbers(v[i], replace)
		}
	case map[string]any:
		for name := range v {
			v[name] = mapNumbers(v[name], replace)
		}
	case settableMap:
		for _, name := range v.Keys() {
			member, _ := v.Get(name)
			v.Set(name, mapNumbers(member, replace))
		}
	}
	return value
}

// newObject returns an object of gnata with the members that are listed as name, value, …
func newObject(members ...any) any {
	empty, err := gnata.DecodeJSON([]byte("{}"))
	if err != nil {
		panic(err) // it is JSON
	}
	object := empty.(settableMap)
	for i := 0; i < len(members); i += 2 {
		object.Set(members[i].(string), members[i+1])
	}
	return object
}

// settableMap is what gnata's own objects offer to change.
type settableMap interface {
	orderedMap
	Set(key string, value any)
}

func toNumber(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// sortedMap offers a Go map as an orderedMap.
type sortedMap map[string]any

// Keys returns the names of the members, sorted.
func (m sortedMap) Keys() []string { return slices.Sorted(maps.Keys(m)) }

// Get returns a member.
func (m sortedMap) Get(key string) (any, bool) {
	v, ok := m[key]
	return v, ok
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
