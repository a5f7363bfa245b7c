package document

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// A Schema is a JSON Schema (draft 2020-12) that documents are checked against.
//
// What a person is told comes from the schema's own words: "title" is what a
// value is called ("duration"), "description" what is right ("such as 30m").
// A subschema {"not": …} with a title names what is not built yet; its
// description says what to do instead.
type Schema struct {
	compiled  *jsonschema.Schema
	resources map[string]any // by URL without fragment
}

// rootURL names the schema itself; it is never fetched.
const rootURL = "file:///schema.json"

// Compile compiles a schema; embedded schemas are found by their "$id" in "$defs".
func Compile(source []byte) (*Schema, error) {
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(rootURL, raw); err != nil {
		return nil, fmt.Errorf("add schema: %w", err)
	}
	compiled, err := compiler.Compile(rootURL)
	if err != nil {
		return nil, fmt.Errorf("compile schema: %w", err)
	}
	s := &Schema{compiled: compiled, resources: map[string]any{rootURL: raw}}
	s.index(raw)
	return s, nil
}

// noLoader refuses references to other files: a schema is whole.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: a schema may refer to itself only", url)
}

// index remembers the schemas embedded in $defs by their URL.
func (s *Schema) index(raw any) {
	root, _ := raw.(map[string]any)
	definitions, _ := root["$defs"].(map[string]any)
	base, err := url.Parse(rootURL)
	if err != nil {
		return
	}
	for _, definition := range definitions {
		object, _ := definition.(map[string]any)
		id, _ := object["$id"].(string)
		if reference, err := url.Parse(id); err == nil && id != "" {
			s.resources[base.ResolveReference(reference).String()] = definition
		}
	}
}

// Check returns where root, which messages call name, breaks the schema.
func (s *Schema) Check(root *Node, name string) Problems {
	var broken *jsonschema.ValidationError
	err := s.compiled.Validate(root.JSON())
	if err == nil {
		return nil
	}
	if !errors.As(err, &broken) {
		return Problems{{Line: 1, Column: 1, Message: err.Error()}}
	}
	e := explainer{schema: s, root: root, name: name}
	e.explain(broken)
	return e.problems.Join(nil)
}

// subschema returns the object of the schema that url points at, or nil.
func (s *Schema) subschema(url string) map[string]any {
	base, pointer, _ := strings.Cut(url, "#")
	raw := s.resources[base]
	for _, segment := range segments(pointer) {
		switch v := raw.(type) {
		case map[string]any:
			raw = v[segment]
		case []any:
			i, err := strconv.Atoi(segment)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			raw = v[i]
		}
	}
	object, _ := raw.(map[string]any)
	return object
}

// describe returns the description of a property of the subschema at url, or of
// the nearest subschema around it: a branch of "if" need not repeat it.
func (s *Schema) describe(url, property string) string {
	for base, pointer, found := strings.Cut(url, "#"); found; {
		properties, _ := s.subschema(base + "#" + pointer)["properties"].(map[string]any)
		object, _ := properties[property].(map[string]any)
		if text := word(object, "description"); text != "" || pointer == "" {
			return text
		}
		pointer = pointer[:strings.LastIndexByte(pointer, '/')]
	}
	return ""
}

// segments splits a JSON pointer in a URL fragment (RFC 6901, section 6).
func segments(pointer string) []string {
	unescaped, err := url.PathUnescape(pointer)
	if err != nil || unescaped == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(unescaped, "/"), "/")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts
}

// leaf tells whether e says what is wrong itself, rather than by its causes.
func leaf(e *jsonschema.ValidationError) bool {
	switch e.ErrorKind.(type) {
	case *kind.PropertyNames, *kind.AnyOf, *kind.OneOf, *kind.Not:
		return true
	}
	return len(e.Causes) == 0
}
