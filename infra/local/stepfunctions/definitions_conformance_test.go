//go:build conformance

package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/infra/local/conformance"
)

var aslValidator = flag.String("asl-validator", "", "the folder in which asl-validator is installed")

// validatorDifferences are the definitions of which asl-validator says otherwise, by
// the difference that testdata/validator/differences.json lists.
func validatorDifferences() map[string][]string {
	return map[string][]string{
		"An Output that is a text or an array is taken; asl-validator takes only objects and expressions.": {
			"asl/callback", "asl/catch-names", "asl/context", "asl/parallel-error", "asl/timeout", "asl/variable-scope"},
		"What an expression may refer to, and the names and scopes of variables, are checked; asl-validator doesn't look at them.": {
			"invalid/context", "invalid/outer-variable", "invalid/result", "invalid/variable"},
		"What only the service has, an integration, its arguments, executions that are EXPRESS or a format of items, is refused; asl-validator takes it.": {
			"invalid/arguments", "invalid/express", "invalid/reader-type", "invalid/resource"},
		"Rules that the specification states in words are checked: the place of States.ALL, the range of BackoffRate, a heartbeat below the time-out, the version, fields of another kind or mode of state, and lists that are empty; asl-validator's schema lets them through.": {
			"invalid/batcher", "invalid/choice-end", "invalid/heartbeat", "invalid/inline-label", "invalid/jsonpath-state", "invalid/label-long",
			"invalid/parallel-empty", "invalid/retry-all", "invalid/retry-backoff", "invalid/version"},
	}
}

func TestConformanceDefinitions(t *testing.T) {
	definitions, valid := map[string]json.RawMessage{}, map[string]bool{}
	for name, x := range load[example](t, "asl") {
		definitions["asl/"+name], valid["asl/"+name] = x.Definition, true
	}
	for name, x := range load[rejected](t, "invalid") {
		definitions["invalid/"+name] = x.Definition
	}
	names := slices.Sorted(maps.Keys(definitions))
	verdicts := validatorVerdicts(t, names, definitions)
	differing := validatorDifferences()
	listed := slices.Concat(slices.Collect(maps.Values(differing))...)
	for i, name := range names {
		switch differs := valid[name] != (len(verdicts[i]) == 0); {
		case differs && !slices.Contains(listed, name):
			t.Errorf("%s: the engine takes it: %v; asl-validator says %v", name, valid[name], verdicts[i])
		case !differs && slices.Contains(listed, name):
			t.Errorf("%s: asl-validator says the same: the difference is over", name)
		}
	}
	checkDifferences(t, differing)
	if t.Failed() {
		return
	}
	if err := conformance.Report(os.Stdout, "stepfunctions", "asl-validator "+validatorVersion(t), len(names), len(differing)); err != nil {
		t.Fatal(err)
	}
}

// validatorVerdicts returns the error codes that asl-validator has for each definition.
func validatorVerdicts(t *testing.T, names []string, definitions map[string]json.RawMessage) [][]string {
	t.Helper()
	var in bytes.Buffer
	lines := json.NewEncoder(&in)
	for _, name := range names {
		if err := lines.Encode(definitions[name]); err != nil {
			t.Fatal(err)
		}
	}
	node := exec.Command("node", "validate.mjs")
	node.Dir, node.Stdin, node.Stderr = *aslValidator, &in, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("asl-validator: %v", err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != len(names) {
		t.Fatalf("asl-validator gave %d answers for %d definitions", len(answers), len(names))
	}
	verdicts := make([][]string, len(answers))
	for i, answer := range answers {
		if err := json.Unmarshal([]byte(answer), &verdicts[i]); err != nil {
			t.Fatal(err)
		}
	}
	return verdicts
}

// checkDifferences holds the differences that are known here against those that are told to users.
func checkDifferences(t *testing.T, differing map[string][]string) {
	t.Helper()
	listed, err := conformance.Listed("testdata/validator/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(listed) != len(differing) {
		t.Errorf("%d differences are listed, want %d", len(listed), len(differing))
	}
	for _, d := range listed {
		if len(differing[d.What]) != d.Cases {
			t.Errorf("%d cases show %q; differences.json says %d", len(differing[d.What]), d.What, d.Cases)
		}
	}
}

func validatorVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(*aslValidator, "node_modules", "asl-validator", "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var about struct{ Version string }
	if err := json.Unmarshal(text, &about); err != nil {
		t.Fatal(err)
	}
	return about.Version
}
