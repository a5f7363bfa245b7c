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
		noun, _, _ := strings.Cut(e.Type(), ".")
		for _, field := range append(fields(reflect.TypeFor[events.Subject]()), "start", "via") {
			if part, ok := root["properties"].(object)[field]; ok && slices.Contains([]string{"approval", "deployment", "runbook", "step"}, noun) {
				parts[field] = part
			}
		}
		if trigger, ok := root["$defs"].(object)["trigger"]; ok {
			parts["trigger"] = trigger
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
	if diff := cmp.Diff(required(of), named(part)); diff != "" {
		d.t.Errorf("%s: %s requires other fields than %v (-struct +schema):\n%s", d.name, place, of, diff)
	}
	anyOf, _ := part["anyOf"].([]any)
	var choices [][]string
	for _, choice := range anyOf {
		choices = append(choices, named(choice.(object)))
	}
	if diff := cmp.Diff(alternatives(of), choices); diff != "" {
		d.t.Errorf("%s: %s has other alternatives than %v (-struct +schema):\n%s", d.name, place, of, diff)
	}
	for name, field := range tagged(of) {
		d.describes(place+"/"+name, properties[name].(object), field.Type)
	}
}

// named returns the fields that part requires, sorted.
func named(part object) []string {
	var all []string
	for _, field := range part["required"].([]any) {
		all = append(all, field.(string))
	}
	slices.Sort(all)
	return all
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
		all[inJSON(field)] = field
	}
	return all
}

// inJSON returns a field's name in JSON.
func inJSON(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// fields returns the names of a struct's fields in JSON, sorted.
func fields(of reflect.Type) []string { return slices.Sorted(maps.Keys(tagged(of))) }

// show notes which fields value, the JSON of a struct, shows of that struct and of
// those within it.
func show(shown map[reflect.Type]object, of reflect.Type, value any) {
	if list, ok := value.([]any); ok {
		for _, element := range list {
			show(shown, of.Elem(), element)
		}
		return
	}
	has, ok := value.(object)
	if !ok || of.Kind() != reflect.Struct {
		return
	}
	if shown[of] == nil {
		shown[of] = object{}
	}
	maps.Copy(shown[of], has)
	for i := range of.NumField() {
		if field := of.Field(i); field.Anonymous {
			show(shown, field.Type, value)
		}
	}
	for name, field := range tagged(of) {
		show(shown, field.Type, has[name])
	}
}

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

// alternatives returns the sets of optional fields, sorted, of which one is always
// there; a struct that needs none has no sets.
func alternatives(of reflect.Type) [][]string {
	switch {
	case holds(of, reflect.TypeFor[events.Subject]()):
		return [][]string{{"deployment", "release"}, {"run", "runbook"}}
	case of == reflect.TypeFor[events.ApprovalInput]():
		return [][]string{{"deployment"}, {"run", "step"}}
	}
	return nil
}

// holds tells whether a struct embeds another.
func holds(of, embedded reflect.Type) bool {
	field, ok := of.FieldByName(embedded.Name())
	return ok && field.Anonymous && field.Type == embedded
}

// needed returns the fields without which whole, the detail of an event of that
// struct, would not be one: those that are always there, the record, and those of the
// alternative that whole has.
func needed(of reflect.Type, whole object) []string {
	all := append(required(of), "record")
	for _, alternative := range alternatives(of) {
		if _, ok := whole[alternative[0]]; ok {
			all = append(all, alternative...)
		}
	}
	return all
}
