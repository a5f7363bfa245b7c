package events_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"slipway/events"
)

// object is a JSON object.
type object = map[string]any

func TestEveryEventHasASchemaAndAnExample(t *testing.T) {
	for _, e := range events.All() {
		if _, ok := events.Schema(e.Type()); !ok {
			t.Errorf("event %T has no schema; add schemas/%s.schema.json", e, e.Type())
		}
		if _, err := os.Stat(exampleFile(e)); err != nil {
			t.Errorf("event %T has no example; add %s", e, exampleFile(e))
		}
	}
}

func TestEverySchemaAndExampleIsOfAnEvent(t *testing.T) {
	var types []string
	for _, e := range events.All() {
		types = append(types, e.Type())
	}
	for pattern, suffix := range map[string]string{"schemas/*": ".schema.json", "examples/*.json": ".json"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), suffix), "_")
			if !slices.Contains(types, name) {
				t.Errorf("%s is of no event; list the event in All, or name the file after one", file)
			}
		}
	}
}

func TestEventsAreListedOnceAndByType(t *testing.T) {
	inOrder := slices.IsSortedFunc(events.All(), func(a, b events.Event) int {
		if a.Type() == b.Type() {
			t.Errorf("%T and %T have the same type", a, b)
		}
		return strings.Compare(a.Type(), b.Type())
	})
	if !inOrder {
		t.Error("All is not in the order of the types")
	}
}

func TestOnlyEventsHaveSchemas(t *testing.T) {
	if _, ok := events.Schema("package.registered.v0"); ok {
		t.Error("an event that does not exist has a schema")
	}
}

func TestExamplesFitTheirSchemas(t *testing.T) {
	for _, e := range events.All() {
		for _, file := range exampleFiles(t, e) {
			if err := compile(t, e).Validate(example(t, file)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

func TestSchemasLetUnknownFieldsPass(t *testing.T) {
	for _, e := range events.All() {
		schema, grown := compile(t, e), example(t, exampleFile(e))
		for place, o := range objects("", grown) {
			o["addedLater"] = "x"
			err := schema.Validate(grown)
			delete(o, "addedLater")
			if err != nil {
				t.Errorf("%s with a new field in %q: %v", e.Type(), place, err)
			}
		}
	}
}

func TestSchemasMissEveryRequiredField(t *testing.T) {
	for _, e := range events.All() {
		schema := compile(t, e)
		for _, file := range exampleFiles(t, e) {
			whole := example(t, file)
			for _, field := range needed(reflect.TypeOf(e), whole) {
				missing := maps.Clone(whole)
				delete(missing, field)
				if schema.Validate(missing) == nil {
					t.Errorf("%s without %s fits its schema", file, field)
				}
			}
		}
	}
}

func TestAnEventOfAProcessIsOfADeploymentOrOfARun(t *testing.T) {
	for _, e := range events.All() {
		if !holds(reflect.TypeOf(e), reflect.TypeFor[events.Subject]()) {
			continue
		}
		for _, file := range exampleFiles(t, e) {
			nobodys := example(t, file)
			for _, alternative := range alternatives(reflect.TypeOf(e)) {
				for _, field := range alternative {
					delete(nobodys, field)
				}
			}
			if compile(t, e).Validate(nobodys) == nil {
				t.Errorf("%s with neither a deployment nor a run fits its schema", file)
			}
		}
	}
}

func TestExamplesSurviveTheirStructs(t *testing.T) {
	for _, e := range events.All() {
		for _, file := range exampleFiles(t, e) {
			want := example(t, file)
			delete(want, "record")
			decoded := reflect.New(reflect.TypeOf(e))
			decode(t, file, read(t, file), decoded.Interface())
			encoded, err := json.Marshal(decoded.Interface())
			if err != nil {
				t.Fatal(err)
			}
			var got object
			decode(t, e.Type(), encoded, &got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s is not what its struct makes of it (-file +struct):\n%s", file, diff)
			}
		}
	}
}

// TestExamplesShowEveryField keeps the other tests honest: a field that no example
// has is not tested. Of a struct that several events hold, any of them may show it.
func TestExamplesShowEveryField(t *testing.T) {
	shown := map[reflect.Type]object{}
	for _, e := range events.All() {
		for _, file := range exampleFiles(t, e) {
			show(shown, reflect.TypeOf(e), example(t, file))
		}
	}
	for of, has := range shown {
		for i := range of.NumField() {
			if _, ok := has[inJSON(of.Field(i))]; !ok && !of.Field(i).Anonymous {
				t.Errorf("no example has %s of %v", inJSON(of.Field(i)), of)
			}
		}
	}
}

func exampleFile(e events.Event) string { return filepath.Join("examples", e.Type()+".json") }

// exampleFiles returns the example of e and those of its other forms, <type>_<form>.json.
func exampleFiles(t *testing.T, e events.Event) []string {
	t.Helper()
	forms, err := filepath.Glob(filepath.Join("examples", e.Type()+"_*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return append(forms, exampleFile(e))
}

func example(t *testing.T, file string) object {
	t.Helper()
	var o object
	decode(t, file, read(t, file), &o)
	return o
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t *testing.T, what string, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func compile(t *testing.T, e events.Event) *jsonschema.Schema {
	t.Helper()
	source, _ := events.Schema(e.Type()) // TestEveryEventHasASchemaAndAnExample names a missing one
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatalf("schema of %s: %v", e.Type(), err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("urn:schema", raw); err != nil {
		t.Fatalf("schema of %s: %v", e.Type(), err)
	}
	schema, err := compiler.Compile("urn:schema")
	if err != nil {
		t.Fatalf("schema of %s: %v", e.Type(), err)
	}
	return schema
}

// objects returns the objects in value by their places, but for those whose fields
// have names of their own: outputs.
func objects(place string, value any) map[string]object {
	all := map[string]object{}
	switch v := value.(type) {
	case object:
		all[place] = v
		for name := range v {
			if name != "outputs" {
				maps.Copy(all, objects(place+"/"+name, v[name]))
			}
		}
	case []any:
		for _, element := range v {
			maps.Copy(all, objects(place+"/", element))
		}
	}
	return all
}
