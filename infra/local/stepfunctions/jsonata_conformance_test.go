//go:build conformance

package stepfunctions_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"slipway/infra/local/conformance"
)

var jsonataFolder = flag.String("jsonata", "../../../.cache/jsonata", "folder with evaluate.mjs and jsonata.js")

// A question is a line for evaluate.mjs.
type question struct {
	Expression string                     `json:"expression"`
	Variables  map[string]json.RawMessage `json:"variables"`
	Now        int64                      `json:"now"` // milliseconds
}

// A reply is a line of evaluate.mjs.
type reply struct {
	outcome
	Message string `json:"message"` // of an error
}

// TestConformanceJSONata compares the tables of testdata/jsonata, and what the paths
// of the workflows recorded, with jsonata.js.
func TestConformanceJSONata(t *testing.T) {
	tables, recorded := readTables(t), readEvaluations(t)
	var questions []question
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, c := range tables[name].Cases {
			questions = append(questions, question{c.Expression, tables[name].Variables, start.UnixMilli()})
		}
	}
	for _, e := range recorded {
		questions = append(questions, question{e.Expression, e.Variables, start.UnixMilli()})
	}
	replies := ask(t, questions)
	at := 0
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		table := tables[name]
		compareTable(t, table, replies[at:at+len(table.Cases)])
		at += len(table.Cases)
		if *update {
			table.write(t, name)
		}
	}
	for i, e := range recorded {
		if got := replies[at+i].outcome; !got.same(e.outcome) {
			t.Errorf("{%% %s %%} of a workflow, with %s\nengine %s\n    js %s", e.Expression, e.Variables, e.outcome, got)
		}
	}
	if !t.Failed() {
		report(t, len(questions))
	}
}

func report(t *testing.T, cases int) {
	listed, err := conformance.Listed("testdata/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := conformance.Report(os.Stdout, "jsonata", "jsonata.js "+version(t), cases, len(listed)); err != nil {
		t.Fatal(err)
	}
}

// compareTable compares what a table records of jsonata.js with its replies, or
// records them.
func compareTable(t *testing.T, table table, replies []reply) {
	t.Helper()
	for i, r := range replies {
		c := &table.Cases[i]
		switch {
		case *update:
			c.outcome = r.outcome
		case !r.same(c.outcome):
			t.Errorf("%s\nrecorded %s\n      js %s %s", c.Expression, c.outcome, r.outcome, r.Message)
		}
		if c.Ours != nil && c.Ours.String() == r.String() {
			t.Errorf("%s: the engine gives %s, as jsonata.js does: the difference is over", c.Expression, r.outcome)
		}
	}
}

// same tells whether two outcomes are the same; the order of members doesn't matter.
func (o outcome) same(other outcome) bool {
	if o.Result == nil || other.Result == nil {
		return o.String() == other.String()
	}
	var a, b any
	return json.Unmarshal(o.Result, &a) == nil && json.Unmarshal(other.Result, &b) == nil && reflect.DeepEqual(a, b)
}

// ask has jsonata.js evaluate questions.
func ask(t *testing.T, questions []question) []reply {
	t.Helper()
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, q := range questions {
		if err := encoder.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "node", "evaluate.mjs")
	command.Dir, command.Stdin, command.Stderr = *jsonataFolder, &lines, os.Stderr
	command.Env = append(os.Environ(), "TZ=UTC") // jsonata.js takes times without zone as local ones
	out, err := command.Output()
	if err != nil {
		t.Fatalf("evaluate.mjs: %v", err)
	}
	var replies []reply
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, len(out)+1)
	for scanner.Scan() {
		var r reply
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		replies = append(replies, r)
	}
	if len(replies) != len(questions) {
		t.Fatalf("evaluate.mjs answered %d of %d questions", len(replies), len(questions))
	}
	return replies
}

// A recordedEvaluation is what a path of a workflow recorded of the engine.
type recordedEvaluation struct {
	Expression string                     `json:"expression"`
	Variables  map[string]json.RawMessage `json:"variables"`
	outcome
}

func readEvaluations(t *testing.T) []recordedEvaluation {
	t.Helper()
	text, err := os.ReadFile("../../workflows/testdata/evaluations.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var list []recordedEvaluation
	for line := range bytes.Lines(text) {
		var e recordedEvaluation
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func version(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(*jsonataFolder, "node_modules/jsonata/package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ Version string }
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	return p.Version
}

// write writes a table, with a line for each case.
func (table table) write(t *testing.T, name string) {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encode := func(v any) {
		if err := encoder.Encode(v); err != nil {
			t.Fatal(err)
		}
		b.Truncate(b.Len() - 1) // the line's end
	}
	fmt.Fprint(&b, "{\n\"variables\": ")
	encode(table.Variables)
	fmt.Fprint(&b, ",\n\"cases\": [\n")
	for i, c := range table.Cases {
		if i > 0 {
			fmt.Fprint(&b, ",\n")
		}
		encode(c)
	}
	fmt.Fprint(&b, "\n]\n}\n")
	if err := os.WriteFile(filepath.Join("testdata/jsonata", name+".json"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
