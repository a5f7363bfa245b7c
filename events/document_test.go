package events_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/events"
)

// TestSchemasDescribeTheirStructs holds every schema against the struct of its
// event, field by field and down to the innermost object.
func TestSchemasDescribeTheirStructs(t *testing.T) {
	for _, e := range events.All() {
		d := document{t: t, name: e.Type()}
		source, _ := events.Schema(e.Type())
		decode(t, e.Type(), source, &d.root)
		if d.root["title"] != e.Type() || d.root["additionalProperties"] != true {
			t.Errorf("%s: want the type as its title, and additionalProperties", e.Type())
		}
		properties := d.root["properties"].(object)
		if record, ok := properties["record"].(object); ok {
			d.describes("record", record, reflect.TypeFor[events.Record]())
			delete(properties, "record")
		} else {
			t.Errorf("%s: record is not described", e.Type())
		}
		d.root["required"] = slices.DeleteFunc(d.root["required"].([]any), func(field any) bool { return field == "record" })
		d.describes("", d.root, reflect.TypeOf(e))
	}
}

// TestSchemasAgreeOnWhatTheyShare compares what several schemas say of one struct.
func TestSchemasAgreeOnWhatTheyShare(t *testing.T) {
	shared := map[string]any{}
	for _, e := range events.All() {
		var root object
		source, _ := events.Schema(e.Type())
		decode(t, e.Type(), source, &root)
		parts := object{"record": root["$defs"].(object)["record"]}
		for _, field := range fields(reflect.TypeFor[events.Deployment]()) {
			if strings.HasPrefix(e.Type(), "deployment.") || strings.HasPrefix(e.Type(), "step.") {
				parts[field] = root["properties"].(object)[field]
			}
		}
		for name, part := range parts {
			if shared[name] == nil {
				shared[name] = part
			}
			if diff := cmp.Diff(shared[name], part); diff != "" {
				t.Errorf("%s describes %s otherwise than the schemas before it:\n%s", e.Type(), name, diff)
			}
		}
	}
}

// A document is a schema that is held against a struct.
type document struct {
	t    *testing.T
	name string
	root object
}

// describes checks that part is the schema of of.
func (d document) describes(place string, part object, of reflect.Type) {
	d.t.Helper()
	if part["description"] == nil {
		d.t.Errorf("%s: %s has no description", d.name, place)
	}
	if to, ok := part["$ref"].(string); ok {
		part = d.root["$defs"].(object)[strings.TrimPrefix(to, "#/$defs/")].(object)
	}
	if want := typeName(of); part["type"] != want {
		d.t.Errorf("%s: %s has the type %v, want %s", d.name, place, part["type"], want)
		return
	}
	switch {
	case part["type"] == "array":
		d.describes(place+"[]", part["items"].(object), of.Elem())
	case of.Kind() == reflect.Struct && part["type"] == "object":
		d.describesFields(place, part, of)
	}
}

func (d document) describesFields(place string, part object, of reflect.Type) {
	d.t.Helper()
	properties := part["properties"].(object)
	if diff := cmp.Diff(fields(of), slices.Sorted(maps.Keys(properties))); diff != "" {
		d.t.Errorf("%s: %s has other fields than %v (-struct +schema):\n%s", d.name, place, of, diff)
		return
	}
	var needed []string
	for _, field := range part["required"].([]any) {
		needed = append(needed, field.(string))
	}
	slices.Sort(needed)
	if diff := cmp.Diff(required(of), needed); diff != "" {
		d.t.Errorf("%s: %s requires other fields than %v (-struct +schema):\n%s", d.name, place, of, diff)
	}
	for name, field := range tagged(of) {
		d.describes(place+"/"+name, properties[name].(object), field.Type)
	}
}

// typeName returns what JSON Schema calls a value of a Go type.
func typeName(of reflect.Type) string {
	switch of.Kind() {
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "array"
	}
	if of.String() == "time.Time" {
		return "string"
	}
	return "object"
}

// tagged returns the fields of a struct, those of embedded structs included, by
// their names in JSON.
func tagged(of reflect.Type) map[string]reflect.StructField {
	all := map[string]reflect.StructField{}
	for i := range of.NumField() {
		field := of.Field(i)
		if field.Anonymous {
			maps.Copy(all, tagged(field.Type))
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		all[name] = field
	}
	return all
}

// fields returns the names of a struct's fields in JSON, sorted.
func fields(of reflect.Type) []string { return slices.Sorted(maps.Keys(tagged(of))) }

// required returns those of the fields that are always there.
func required(of reflect.Type) []string {
	var all []string
	for name, field := range tagged(of) {
		if !strings.Contains(field.Tag.Get("json"), ",omit") {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
