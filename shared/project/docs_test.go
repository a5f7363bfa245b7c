package project_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"slipway/shared/project"
	"slipway/shared/step"
)

func reference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/project-file.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheReferencesExampleParses(t *testing.T) {
	_, rest, found := strings.Cut(reference(t), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the reference has no example")
	}
	d, err := project.Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(shipped()); err != nil {
		t.Error(err)
	}
}

func TestTheReferenceNamesEveryKeyAndStepKind(t *testing.T) {
	schema, err := project.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var whole any
	if err := json.Unmarshal(schema, &whole); err != nil {
		t.Fatal(err)
	}
	text := reference(t)
	for _, key := range append(keys(whole), step.Names()...) {
		if !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, "### `uses: "+key+"`") {
			t.Errorf("the reference doesn't name %q", key)
		}
	}
}

// keys returns the names of all properties in a schema.
func keys(schema any) []string {
	var all []string
	switch s := schema.(type) {
	case map[string]any:
		if properties, ok := s["properties"].(map[string]any); ok {
			for name := range properties {
				all = append(all, name)
			}
		}
		for _, sub := range s {
			all = append(all, keys(sub)...)
		}
	case []any:
		for _, sub := range s {
			all = append(all, keys(sub)...)
		}
	}
	return all
}
