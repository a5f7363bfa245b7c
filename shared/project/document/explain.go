package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// An explainer says what the validator found in the words of the document's author.
type explainer struct {
	schema   *Schema
	root     *Node
	name     string         // of the root
	valued   map[*Node]bool // values about which something was said
	problems Problems
}

// A finding is one thing that the validator found, with what it concerns.
type finding struct {
	kind   jsonschema.ErrorKind
	node   *Node
	label  string // what the node is called in a message
	url    string
	schema map[string]any // the subschema that it breaks, at url
	causes []*jsonschema.ValidationError
}

func (e *explainer) explain(broken *jsonschema.ValidationError) {
	if !leaf(broken) {
		for _, cause := range broken.Causes {
			e.explain(cause)
		}
		return
	}
	f := finding{kind: broken.ErrorKind, label: e.label(broken.InstanceLocation), causes: broken.Causes,
		node: e.root.at(broken.InstanceLocation), url: broken.SchemaURL, schema: e.schema.subschema(broken.SchemaURL)}
	switch k := f.kind.(type) {
	case *kind.Required:
		e.missing(f, k.Missing)
	case *kind.AdditionalProperties:
		e.unknown(f, k.Properties)
	case *kind.PropertyNames:
		// The validator's location of such a key is overwritten as it goes on.
		e.problems.Add(e.root.Place, "choose another key", "%s: the key %q is not accepted", e.name, k.Property)
	case *kind.Not:
		e.unbuilt(f)
	case *kind.AnyOf, *kind.OneOf:
		e.alternatives(f)
	default:
		if e.valued == nil {
			e.valued = make(map[*Node]bool)
		}
		if !e.valued[f.node] { // one rule that a value breaks is enough to say
			e.valued[f.node] = true
			e.value(f)
		}
	}
}

// remedy returns the lead with what the schema says is right.
func (f finding) remedy(lead string) string {
	if description := strings.TrimSuffix(word(f.schema, "description"), "."); description != "" {
		return lead + ": " + description
	}
	return lead
}

func (e *explainer) missing(f finding, keys []string) {
	for _, key := range keys {
		remedy := fmt.Sprintf("add %q", key)
		if description := e.schema.describe(f.url, key); description != "" {
			remedy += ": " + description
		}
		e.problems.Add(f.node.Place, remedy, "%s has no %q", f.label, key)
	}
}

func (e *explainer) unknown(f finding, keys []string) {
	properties, _ := f.schema["properties"].(map[string]any)
	var known []string
	for name, property := range properties {
		object, _ := property.(map[string]any)
		if _, unbuilt := object["not"]; !unbuilt {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	for _, key := range keys {
		at := f.node.Place
		if field, ok := f.node.field(key); ok {
			at = field.Position
		}
		e.problems.Add(at, Choice(key, known, "the keys here are"), "%s has the unknown key %q", f.label, key)
	}
}

func (e *explainer) unbuilt(f finding) {
	at := f.node.Place
	if f.node.Kind == Scalar {
		at = f.node.Position
	}
	if title := word(f.schema, "title"); title != "" {
		e.problems.Add(at, word(f.schema, "description"), "%s is not built yet", title)
		return
	}
	e.problems.Add(at, word(f.schema, "description"), "%s is not accepted as it is", f.label)
}

// alternatives explains a value that is none of several forms: in the words of
// the schema if it has some, else by what each form lacks.
func (e *explainer) alternatives(f finding) {
	if word(f.schema, "description") != "" || len(f.causes) == 0 {
		e.problems.Add(f.node.Place, f.remedy("write one of them"), "%s is in none of the forms that it may have", f.label)
		return
	}
	for _, cause := range f.causes {
		e.explain(cause)
	}
}

// label names the place that a JSON pointer's segments lead to.
func (e *explainer) label(path []string) string {
	if len(path) == 0 {
		return e.name
	}
	last := path[len(path)-1]
	i, err := strconv.Atoi(last)
	if err != nil || len(path) == 1 {
		return strconv.Quote(last)
	}
	return fmt.Sprintf("item %d of %q", i+1, path[len(path)-2])
}

func word(schema map[string]any, keyword string) string {
	text, _ := schema[keyword].(string)
	return text
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
