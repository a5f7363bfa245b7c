package project_test

import (
	"strings"
	"sync"
	"testing"

	"slipway/shared/pipeline"
	"slipway/shared/project"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

// editors compiles the schema for editors once.
var editors = sync.OnceValues(func() (*document.Schema, error) {
	whole, err := project.Schema()
	if err != nil {
		return nil, err
	}
	return document.Compile(whole)
})

// structural returns what the schema for editors says of a file.
func structural(t *testing.T, source []byte) document.Problems {
	t.Helper()
	schema, err := editors()
	if err != nil {
		t.Fatal(err)
	}
	root, problems := document.Parse(source, project.MaxSource)
	if root == nil {
		return problems
	}
	return schema.Check(root, "the file")
}

func TestTheSchemaForEditorsAcceptsWhatParses(t *testing.T) {
	for name, source := range fixtures(t, "valid/*.yaml") {
		if problems := structural(t, source); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// beyondStructure are the fixtures whose faults lie in how the parts fit together,
// which a schema can't tell.
func beyondStructure() []string {
	return []string{"unreachable", "unused-lifecycle", "references", "too-many-packages"}
}

func TestTheSchemaForEditorsRefusesFaultsOfStructure(t *testing.T) {
fixture:
	for name, source := range fixtures(t, "invalid/*.yaml") {
		for _, beyond := range beyondStructure() {
			if strings.Contains(name, beyond) {
				continue fixture
			}
		}
		if len(structural(t, source)) == 0 {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}

func TestTheSchemaForEditorsKnowsEveryStepKind(t *testing.T) {
	for _, kind := range step.Names() {
		file := strings.Replace(minimal, "uses: script", "uses: "+kind+", colour: red", 1)
		if problems := structural(t, []byte(file)); !strings.Contains(problems.Error(), `the unknown key "colour"`) {
			t.Errorf("step kind %s: %v", kind, problems)
		}
	}
}

const minimal = `project: PROJECT
packages: { PACKAGE: { feed: s3 } }
channels: [{ name: all, lifecycle: only }]
lifecycles: { only: [{ phase: live, environments: [dev], deploy: automatic }] }
process: [{ name: hello, uses: script, run: "true" }]
`

func TestSchemaAndDomainAgreeOnNames(t *testing.T) {
	rules := map[string]func(string) error{
		"PROJECT": func(name string) error { return pipeline.CheckName("project", name) },
		"PACKAGE": pipeline.CheckPackageName,
	}
	fine := map[string]string{"PROJECT": "p", "PACKAGE": "p"}
	names := []string{"a", "a1", "a-b", "a--b", "-a", "a-", "1", "A", "a.b", "a_b", "é", "a b", "",
		strings.Repeat("a", 30), strings.Repeat("a", 31), strings.Repeat("a", 64), strings.Repeat("a", 65)}
	for place, check := range rules {
		for _, name := range names {
			file := strings.Replace(minimal, place, `"`+name+`"`, 1)
			for other, value := range fine {
				file = strings.Replace(file, other, value, 1)
			}
			if accepts := len(structural(t, []byte(file))) == 0; accepts != (check(name) == nil) {
				t.Errorf("%s %q: the schema accepts it: %t; the domain says %v", place, name, accepts, check(name))
			}
		}
	}
}
