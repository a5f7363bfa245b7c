package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A member is one name of a JSON object with its value.
type member struct {
	name  string
	value json.RawMessage
}

// members returns the members of a JSON object in their order. It refuses text
// that is no object and names that occur twice.
func members(raw json.RawMessage) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("expected a JSON object, got %s", excerpt(raw))
	}
	var list []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		m := member{name.(string), value} // a key token is always a string
		if slices.ContainsFunc(list, func(o member) bool { return o.name == m.name }) {
			return nil, fmt.Errorf("duplicate field '%s'", m.name)
		}
		list = append(list, m)
	}
	return list, nil
}

func excerpt(raw []byte) string {
	if len(raw) > 40 {
		return string(raw[:40]) + "…"
	}
	return string(raw)
}

// An object is a JSON object of a definition that is being parsed. Each field is
// taken once; what is left when it is closed is refused.
type object struct {
	p      *parser
	path   string
	fields map[string]json.RawMessage
	order  []string
}

func (p *parser) object(path string, raw json.RawMessage) *object {
	o := &object{p: p, path: path, fields: map[string]json.RawMessage{}}
	list, err := members(raw)
	if err != nil {
		p.refuse(path, "%v", err)
	}
	for _, m := range list {
		o.fields[m.name] = m.value
		o.order = append(o.order, m.name)
	}
	return o
}

func (o *object) at(field string) string { return strings.TrimSuffix(o.path, "/") + "/" + field }

func (o *object) has(field string) bool { return o.fields[field] != nil }

// raw takes a field, nil if there is none.
func (o *object) raw(field string) json.RawMessage {
	value := o.fields[field]
	delete(o.fields, field)
	return value
}

// into takes a field into target, which keeps its value if there is none.
func (o *object) into(field, want string, target any) {
	raw := o.raw(field)
	if raw == nil {
		return
	}
	if err := json.Unmarshal(raw, target); err != nil || string(raw) == "null" {
		o.p.refuse(o.at(field), "Expected value of type [%s], got %s", want, excerpt(raw))
	}
}

func (o *object) text(field string) (s string) {
	o.into(field, "STRING", &s)
	return s
}

func (o *object) texts(field string) (list []string) {
	o.into(field, "ARRAY of STRING", &list)
	return list
}

// number takes a number within [low, high], or preset if there is none.
func (o *object) number(field string, preset, low, high float64) float64 {
	n := preset
	o.into(field, "NUMBER", &n)
	if n < low || n > high {
		o.p.refuse(o.at(field), "Value must be between %v and %v, got %v", low, high, n)
	}
	return n
}

// whole takes an integer within [low, high], or preset if there is none.
func (o *object) whole(field string, preset, low, high float64) int64 {
	n := o.number(field, preset, low, high)
	if n != float64(int64(n)) {
		o.p.refuse(o.at(field), "Expected value of type [INTEGER], got %v", n)
	}
	return int64(n)
}

// list takes an array; it returns nil if there is none.
func (o *object) list(field string) (list []json.RawMessage) {
	o.into(field, "ARRAY", &list)
	return list
}

// require refuses o for each field that is missing.
func (o *object) require(fields ...string) {
	var missing []string
	for _, field := range fields {
		if !o.has(field) {
			missing = append(missing, field)
		}
	}
	if len(missing) > 0 {
		o.p.refuse(o.path, "These fields are required: [%s]", strings.Join(missing, ", "))
	}
}

// close refuses every field that was not taken.
func (o *object) close() {
	for _, field := range o.order {
		if o.has(field) {
			o.p.unknown(o, field)
		}
	}
}
