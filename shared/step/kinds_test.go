package step_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"slipway/shared/step"
)

func TestKindsAreSortedAndHaveFixtures(t *testing.T) {
	if !slices.IsSorted(step.Names()) {
		t.Errorf("kinds %q are not sorted; order the list in kinds.go", step.Names())
	}
	for _, name := range step.Names() {
		for _, verdict := range []string{"valid", "invalid"} {
			if len(fixtures(t, name, verdict)) == 0 {
				t.Errorf("step kind %s has no fixtures; add testdata/%s/%s/*.yaml", name, name, verdict)
			}
		}
	}
	if _, ok := step.Lookup("teleport"); ok {
		t.Error("a kind that is not built was found")
	}
}

func fixtures(t *testing.T, kind, verdict string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", kind, verdict, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestSchemaAndKindAgreeOnEveryFixture: an invalid fixture's first line says, after
// "# kind: ", what the kind itself says; "-" where only the schema has the rule.
func TestSchemaAndKindAgreeOnEveryFixture(t *testing.T) {
	for _, kind := range step.Kinds() {
		schema := compile(t, kind)
		for _, name := range fixtures(t, kind.Name(), "valid") {
			object, _ := load(t, name)
			if err := validate(t, schema, object); err != nil {
				t.Errorf("%s: the schema refuses it: %v", name, err)
			}
			if err := check(kind, object); err != nil {
				t.Errorf("%s: the kind refuses it: %v", name, err)
			}
		}
		for _, name := range fixtures(t, kind.Name(), "invalid") {
			object, want := load(t, name)
			if err := validate(t, schema, object); err == nil {
				t.Errorf("%s: the schema accepts it", name)
			}
			if err := check(kind, object); want != "-" && (err == nil || err.Error() != want) {
				t.Errorf("%s: the kind says\n%v, want\n%s", name, err, want)
			}
		}
	}
}

func compile(t *testing.T, kind step.Kind) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(kind.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(kind.Name()+".json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(kind.Name() + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// load returns a fixture's step as JSON and what is expected of it.
func load(t *testing.T, name string) (object json.RawMessage, want string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	object, err = yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return object, strings.TrimPrefix(first, "# kind: ")
}

func validate(t *testing.T, schema *jsonschema.Schema, object json.RawMessage) error {
	t.Helper()
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(object))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance)
}

func check(kind step.Kind, object json.RawMessage) error {
	with, err := step.Parameters(object)
	if err != nil {
		return err
	}
	_, err = kind.References(with)
	return err
}
