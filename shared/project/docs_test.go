package project_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"slipway/shared/project"
	"slipway/shared/step"
)

// page returns the text of a page of the documentation.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheExamplesOfThePagesParse(t *testing.T) {
	for name, before := range map[string]string{"project-file.md": "", "runbooks.md": minimal + "variables: { API_URL: x }\n"} {
		before = strings.NewReplacer("PROJECT", "storefront", "PACKAGE", "web").Replace(before)
		blocks := strings.Split(page(t, name), "```yaml\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("%s has no example", name)
		}
		for i, block := range blocks {
			example, _, closed := strings.Cut(block, "```")
			if !closed {
				t.Errorf("%s: example %d has no end", name, i+1)
			}
			d, err := project.Parse([]byte(before + example))
			if err == nil {
				err = d.Check(shipped())
			}
			if err != nil {
				t.Errorf("%s: example %d: %v", name, i+1, err)
			}
		}
	}
}

func TestTheReferenceNamesEveryKeyOfTheFile(t *testing.T) {
	schema, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text := page(t, "project-file.md")
	for _, key := range keys(t, schema) {
		if !strings.Contains(text, "`"+key+"`") {
			t.Errorf("the reference doesn't name %q", key)
		}
	}
}

func TestEveryStepKindHasAPageThatNamesItsKeys(t *testing.T) {
	reference := page(t, "project-file.md")
	for _, k := range step.Kinds() {
		t.Run(k.Name(), func(t *testing.T) {
			name := "steps/" + k.Name() + ".md"
			if !strings.Contains(reference, "[`"+k.Name()+"`]("+name+")") {
				t.Errorf("the reference doesn't link %s; add the kind to its table of step kinds", name)
			}
			text := page(t, name)
			for _, key := range keys(t, k.Schema()) {
				common := slices.Contains([]string{"name", "uses", "with"}, key)
				if !common && !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, key+":") {
					t.Errorf("%s doesn't name %q", name, key)
				}
			}
		})
	}
}

// keys returns the names of all properties in a schema.
func keys(t *testing.T, schema []byte) []string {
	t.Helper()
	var whole any
	if err := json.Unmarshal(schema, &whole); err != nil {
		t.Fatal(err)
	}
	return properties(whole)
}

func properties(schema any) []string {
	var all []string
	switch s := schema.(type) {
	case map[string]any:
		if named, ok := s["properties"].(map[string]any); ok {
			for name := range named {
				all = append(all, name)
			}
		}
		for _, sub := range s {
			all = append(all, properties(sub)...)
		}
	case []any:
		for _, sub := range s {
			all = append(all, properties(sub)...)
		}
	}
	return all
}
