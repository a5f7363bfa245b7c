package workflows_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/infra/local/stepfunctions"
)

var update = flag.Bool("update", false, "renew golden files")

// evaluationsFile holds a line for each evaluation that the paths make, sorted. The
// conformance run of JSONata compares them with jsonata.js.
const evaluationsFile = "testdata/evaluations.jsonl"

// An evaluation is a line of evaluationsFile: an expression, the variables that it
// refers to and what it gave, of which exactly one of result, undefined and error.
type evaluation struct {
	Expression string                     `json:"expression"`
	Variables  map[string]json.RawMessage `json:"variables"`
	Result     json.RawMessage            `json:"result,omitempty"`
	Undefined  bool                       `json:"undefined,omitempty"`
	Error      string                     `json:"error,omitempty"`
}

func newEvaluation(told stepfunctions.Evaluation) evaluation {
	e := evaluation{Expression: told.Source, Variables: told.Variables, Result: told.Result}
	if told.Err != nil {
		e.Error = told.Err.Error()
	}
	e.Undefined = e.Error == "" && e.Result == nil
	return e
}

func TestEvaluationsOfThePathsAreAsRecorded(t *testing.T) {
	got := evaluations(t)
	if *update {
		if err := os.WriteFile(evaluationsFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(evaluationsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the paths make other evaluations than %s has: renew it with -update, and look at what changed", evaluationsFile)
	}
}

// evaluations walks every path and returns its evaluations as lines, each once, sorted.
func evaluations(t *testing.T) []byte {
	t.Helper()
	lines := map[string]bool{}
	for definition := range definitions() {
		for _, p := range paths(t, definition) {
			for _, told := range walkPath(t, definition, p).evaluations {
				line, err := compactLine(newEvaluation(told))
				if err != nil {
					t.Fatal(err)
				}
				lines[line] = true
			}
		}
	}
	return []byte(strings.Join(slices.Sorted(maps.Keys(lines)), ""))
}

func compactLine(e evaluation) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(e)
	return b.String(), err
}

func TestEveryExpressionIsEvaluatedOnAPath(t *testing.T) {
	recorded, err := os.ReadFile(evaluationsFile)
	if err != nil {
		t.Fatal(err)
	}
	evaluated := map[string]bool{}
	for line := range bytes.Lines(recorded) {
		var e evaluation
		if err := decodeStrictly(line, &e); err != nil {
			t.Fatalf("%s: %v", evaluationsFile, err)
		}
		evaluated[e.Expression] = true
	}
	for definition, text := range definitions() {
		for _, expression := range expressions(t, text) {
			if !evaluated[expression] {
				t.Errorf("%s: no path in testdata/%s evaluates {%% %s %%}", definition, definition, expression)
			}
		}
	}
}

// expressions returns what a definition has between {% and %}.
func expressions(t *testing.T, definition string) []string {
	t.Helper()
	var list []string
	for _, quoted := range regexp.MustCompile(`"\{%(?:[^"\\]|\\.)*%\}"`).FindAllString(definition, -1) {
		var text string
		if err := json.Unmarshal([]byte(quoted), &text); err != nil {
			t.Fatal(err)
		}
		list = append(list, strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "{%"), "%}")))
	}
	if len(list) == 0 {
		t.Fatal("the definition has no expressions")
	}
	return list
}
