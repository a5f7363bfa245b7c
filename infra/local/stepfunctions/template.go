package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

type templateKind int

const (
	templateLiteral templateKind = iota
	templateExpression
	templateObject
	templateArray
)

// A template is a JSON value of a definition in which each string of the form
// "{% … %}" stands for the value of a JSONata expression.
type template struct {
	kind       templateKind
	literal    json.RawMessage
	expression *expression
	parts      []templateMember // of an object or an array
}

type templateMember struct {
	name  string // "" in an array
	value *template
}

// names returns the members of an object, each with some value.
func (t *template) names() map[string]json.RawMessage {
	names := map[string]json.RawMessage{}
	for _, m := range t.parts {
		names[m.name] = json.RawMessage("0")
	}
	return names
}

// template takes a field of o as a template; it returns nil if there is none.
func (p *parser) template(o *object, field string) *template {
	raw := o.raw(field)
	if raw == nil {
		return nil
	}
	return p.templateValue(o.at(field), raw)
}

func (p *parser) templateValue(path string, raw json.RawMessage) *template {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '{':
		return p.templateObject(path, raw)
	case '[':
		return p.templateArray(path, raw)
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			p.refuse(path, "Expected value of type [STRING]: %v", err)
		} else if strings.HasPrefix(s, "{%") && strings.HasSuffix(s, "%}") && len(s) >= 4 {
			return &template{kind: templateExpression, expression: p.expression(path, s[2:len(s)-2])}
		}
	}
	return &template{literal: raw}
}

func (p *parser) templateObject(path string, raw json.RawMessage) *template {
	t := &template{kind: templateObject}
	list, err := members(raw)
	if err != nil {
		p.refuse(path, "%v", err)
	}
	for _, m := range list {
		t.parts = append(t.parts, templateMember{m.name, p.templateValue(path+"/"+m.name, m.value)})
	}
	return t
}

func (p *parser) templateArray(path string, raw json.RawMessage) *template {
	t := &template{kind: templateArray}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		p.refuse(path, "Expected value of type [ARRAY]: %v", err)
	}
	for i, element := range list {
		t.parts = append(t.parts, templateMember{value: p.templateValue(fmt.Sprintf("%s[%d]", path, i), element)})
	}
	return t
}

// A valueType is a type of JSON value that a field demands.
type valueType string

const (
	isText    valueType = "string"
	isNumber  valueType = "number"
	isBoolean valueType = "boolean"
	isArray   valueType = "array"
)

// holds tells whether raw, a JSON value without space around it, is of type v.
func (v valueType) holds(raw json.RawMessage) bool {
	first := map[valueType]string{isText: `"`, isNumber: "-0123456789", isBoolean: "tf", isArray: "["}[v]
	return len(raw) > 0 && strings.IndexByte(first, raw[0]) >= 0
}

// typed takes a field of o as an expression or as a literal of type want.
func (p *parser) typed(o *object, field string, want valueType) *template {
	t := p.template(o, field)
	if t == nil || t.kind == templateExpression || t.kind == templateArray && want == isArray ||
		t.kind == templateLiteral && want.holds(t.literal) {
		return t
	}
	p.refuse(o.at(field), "Expected a JSONata expression or a value of type [%s]", strings.ToUpper(string(want)))
	return t
}

// render returns t with every expression replaced by what evaluate makes of it;
// field tells evaluate where in the state the expression is.
func (t *template) render(field string, evaluate func(field string, x *expression) (json.RawMessage, *Fault)) (json.RawMessage, *Fault) {
	switch t.kind {
	case templateExpression:
		return evaluate(field, t.expression)
	case templateObject, templateArray:
		return t.renderParts(field, evaluate)
	}
	return t.literal, nil
}

func (t *template) renderParts(field string, evaluate func(string, *expression) (json.RawMessage, *Fault)) (json.RawMessage, *Fault) {
	open, end := byte('{'), byte('}')
	if t.kind == templateArray {
		open, end = '[', ']'
	}
	text := []byte{open}
	for i, part := range t.parts {
		if i > 0 {
			text = append(text, ',')
		}
		path := fmt.Sprintf("%s[%d]", field, i)
		if t.kind == templateObject {
			path = field + "/" + part.name
			text = append(append(text, quote(part.name)...), ':')
		}
		value, fault := part.value.render(path, evaluate)
		if fault != nil {
			return nil, fault
		}
		text = append(text, value...)
	}
	return append(text, end), nil
}
