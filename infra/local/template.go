package local

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A template is a CloudFormation template, as far as it is read here.
type template struct {
	Description string
	Parameters  map[string]parameter
	Resources   map[string]resource
	Outputs     map[string]output
}

type parameter struct {
	Type        string
	Description string
	Default     json.RawMessage
}

// A resource is one of a template's resources. What becomes of it when it is
// replaced or deleted has no meaning here: a local stack is neither.
type resource struct {
	Type                string
	Properties          map[string]any
	DependsOn           []string
	DeletionPolicy      string
	UpdateReplacePolicy string
}

type output struct {
	Description string
	Value       any
}

// parseTemplate reads a template. A part that is not known here is an error.
func parseTemplate(data []byte) (template, error) {
	var t template
	if err := strict(data, &t); err != nil {
		return t, fmt.Errorf("read template: %w", err)
	}
	return t, nil
}

// strict decodes data into value, which must name every member that comes.
func strict(data []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(value)
}

// order returns the logical ids of the resources so that each comes after those
// that it refers to. It is an error if resources refer to each other in a circle.
func (t template) order() ([]string, error) {
	var sorted []string
	state := map[string]int{} // 1: under way, 2: done
	var visit func(id string) error
	visit = func(id string) error {
		switch state[id] {
		case 1:
			return fmt.Errorf("resource %s: it refers to itself, by way of others", id)
		case 2:
			return nil
		}
		state[id] = 1
		for _, other := range t.references(id) {
			if err := visit(other); err != nil {
				return err
			}
		}
		state[id] = 2
		sorted = append(sorted, id)
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if err := visit(id); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// references returns the resources that a resource refers to, sorted.
func (t template) references(id string) []string {
	found := map[string]bool{}
	for _, other := range t.Resources[id].DependsOn {
		found[other] = true
	}
	collect(t.Resources[id].Properties, func(name string) {
		if _, ok := t.Resources[name]; ok {
			found[name] = true
		}
	})
	return slices.Sorted(maps.Keys(found))
}

// collect calls found with each logical id that value refers to.
func collect(value any, found func(name string)) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			collect(element, found)
		}
	case map[string]any:
		if name, ok := v["Ref"].(string); ok {
			found(name)
		}
		if pair, ok := v["Fn::GetAtt"].([]any); ok && len(pair) == 2 {
			if name, ok := pair[0].(string); ok {
				found(name)
			}
		}
		for _, member := range v {
			collect(member, found)
		}
	}
}
