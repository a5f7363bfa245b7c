package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/shared/step"
)

// aroundStep is a project file up to its one step.
const aroundStep = `project: storefront
packages:
  web: { feed: s3 }
  api: { feed: ecr, repository: storefront/api }
channels: [{ name: stable, lifecycle: default }]
lifecycles:
  default: [{ phase: development, environments: [dev], deploy: automatic }]
process:
`

// inProject returns a project file whose process is the step of a fixture.
func inProject(t *testing.T, fixture string) string {
	t.Helper()
	text, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
		lines = lines[1:]
	}
	return aroundStep + "  - " + strings.Join(lines, "\n    ") + "\n"
}

// TestEveryInvalidFixtureIsRefusedWithItsPlaceAndARemedy: the fixtures are those of the
// step kinds, each as the one step of a project.
func TestEveryInvalidFixtureIsRefusedWithItsPlaceAndARemedy(t *testing.T) {
	first := strings.Count(aroundStep, "\n") + 1
	for _, kind := range step.Names() {
		fixtures, err := filepath.Glob(filepath.Join("..", "..", "shared", "step", "testdata", kind, "invalid", "*.yaml"))
		if err != nil || len(fixtures) == 0 {
			t.Fatalf("kind %s has no invalid fixtures: %v", kind, err)
		}
		for _, fixture := range fixtures {
			name := strings.TrimPrefix(fixture, "../../shared/step/testdata/")
			file := filepath.Join(t.TempDir(), "slipway.yaml")
			if err := os.WriteFile(file, []byte(inProject(t, fixture)), 0o600); err != nil {
				t.Fatal(err)
			}
			var refused fileError
			if err := validate(io.Discard, file, ""); !errors.As(err, &refused) {
				t.Errorf("%s: validate = %v", name, err)
				continue
			}
			for _, p := range refused.problems {
				if p.Line < first || p.Column < 1 || p.Message == "" || p.Remedy == "" {
					t.Errorf("%s: %q does not tell the step's line, the column, what is wrong and what would be right", name, p.String())
				}
			}
		}
	}
}
