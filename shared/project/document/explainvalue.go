package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// value explains a value that is of the wrong type or breaks a rule for its type.
func (e *explainer) value(f finding) {
	if k, ok := f.kind.(*kind.Type); ok {
		e.wrongType(f, k.Want)
		return
	}
	e.badValue(f)
}

func (e *explainer) wrongType(f finding, want []string) {
	wanted := make([]string, len(want))
	for i, t := range want {
		wanted[i] = typeName(t)
	}
	remedy := f.remedy("write " + strings.Join(wanted, " or "))
	if description := word(f.schema, "description"); len(want) > 1 && description != "" {
		remedy = "write " + description
	}
	text := slices.Contains(want, "string")
	switch {
	case f.node.Kind == Scalar && f.node.Value == nil:
		e.problems.Add(f.node.Place, remedy, "%s has no value", f.label)
		return
	case text && f.node.Kind == Scalar:
		remedy += "; quotes make it text"
	case text && f.node.Flow:
		remedy += "; text that starts with a brace or a bracket stands in quotes"
	}
	e.problems.Add(f.node.Position, remedy, "%s is %s", f.label, f.node.describe())
}

// badValue explains a value of the right type that breaks a rule for such values.
func (e *explainer) badValue(f finding) {
	switch k := f.kind.(type) {
	case *kind.Enum:
		e.problems.Add(f.node.Position, Choice(f.node.Text, choices(k.Want), "the choices are"), "%s is %s", f.label, f.node.describe())
	case *kind.Const:
		e.problems.Add(f.node.Position, "write "+literal(k.Want), "%s is %s", f.label, f.node.describe())
	case *kind.Pattern:
		title, rule := word(f.schema, "title"), f.remedy("write text that matches "+k.Want)
		if title != "" {
			rule = f.remedy("write one")
		}
		e.problems.Add(f.node.Position, rule, "%s: %q is no %s", f.label, f.node.Text, orElse(title, "fitting text"))
	case *kind.MinItems, *kind.MinProperties, *kind.MinLength:
		e.problems.Add(f.node.Position, f.remedy("fill it"), "%s is %s", f.label, f.node.lack())
	case *kind.Minimum, *kind.Maximum, *kind.ExclusiveMinimum, *kind.ExclusiveMaximum:
		e.problems.Add(f.node.Position, f.bounds(), "%s is %s", f.label, f.node.Text)
	case *kind.UniqueItems:
		again := f.node.Items[k.Duplicates[1]]
		e.problems.Add(again.Position, "remove one of them", "items %d and %d of %s are the same", k.Duplicates[0]+1, k.Duplicates[1]+1, f.label)
	case *kind.MaxItems:
		e.problems.Add(f.node.Place, fmt.Sprintf("at most %d are accepted", k.Want), "%s has %d items", f.label, k.Got)
	case *kind.MaxProperties:
		e.problems.Add(f.node.Place, fmt.Sprintf("at most %d are accepted", k.Want), "%s has %d keys", f.label, k.Got)
	case *kind.MaxLength:
		e.problems.Add(f.node.Position, fmt.Sprintf("at most %d are accepted", k.Want), "%s has %d characters", f.label, k.Got)
	case *kind.FalseSchema:
		e.problems.Add(f.node.Place, "remove it", "%s is not accepted here", f.label)
	default:
		e.problems.Add(f.node.Place, word(f.schema, "description"), "%s: %s", f.label, f.kind.LocalizedString(message.NewPrinter(language.English)))
	}
}

// describe names the value of n or, if it has none, its kind.
func (n *Node) describe() string {
	switch {
	case n.Kind == Mapping:
		return typeName("object")
	case n.Kind == Sequence:
		return typeName("array")
	}
	switch v := n.Value.(type) {
	case string:
		return strconv.Quote(v)
	case bool:
		return "the truth value " + n.Text
	}
	return "the number " + n.Text
}

// lack says that n, which has too little in it, has nothing in it if that is so.
func (n *Node) lack() string {
	if n.Text == "" && len(n.Items)+len(n.Fields) == 0 {
		return "empty"
	}
	return "too short"
}

// literal writes a value of a schema as it stands in a document.
func literal(value any) string {
	if text, ok := value.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(value)
}

func typeName(jsonType string) string {
	names := map[string]string{"string": "text", "object": "a mapping of keys to values", "array": "a list",
		"integer": "a whole number", "number": "a number", "boolean": "true or false", "null": "nothing"}
	return names[jsonType]
}

// bounds says between what a number must be.
func (f finding) bounds() string {
	s := f.schema
	low, high := s["minimum"], s["maximum"]
	switch {
	case s["exclusiveMinimum"] != nil:
		return f.remedy(fmt.Sprintf("write more than %v", s["exclusiveMinimum"]))
	case s["exclusiveMaximum"] != nil:
		return f.remedy(fmt.Sprintf("write less than %v", s["exclusiveMaximum"]))
	case low != nil && high != nil:
		return f.remedy(fmt.Sprintf("write a number from %v to %v", low, high))
	case low != nil:
		return f.remedy(fmt.Sprintf("write %v or more", low))
	}
	return f.remedy(fmt.Sprintf("write %v or less", high))
}

// choices returns the values of an enum, sorted.
func choices(values []any) []string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	slices.Sort(words)
	return words
}
