package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slipway/infra/local/clock"
	"slipway/infra/local/conformance"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
)

// A table is one file of testdata/jsonata: expressions, and what jsonata.js makes of them.
type table struct {
	Variables map[string]json.RawMessage `json:"variables"`
	Cases     []jsonataCase              `json:"cases"`
}

// A jsonataCase is an expression and its outcome.
type jsonataCase struct {
	Expression string `json:"expression"`
	outcome
	// Ours, if present, is what the engine gives instead, for the reason that
	// testdata/differences.json lists at Difference.
	Ours       *outcome `json:"ours,omitempty"`
	Difference string   `json:"difference,omitempty"`
}

// An outcome is what an expression gives: exactly one of its fields.
type outcome struct {
	Result    json.RawMessage `json:"result,omitempty"`
	Undefined bool            `json:"undefined,omitempty"`
	Error     string          `json:"error,omitempty"` // its code
}

func (o outcome) String() string {
	switch {
	case o.Undefined:
		return "undefined"
	case o.Error != "":
		return "error " + o.Error
	}
	return string(o.Result)
}

func (c jsonataCase) want() outcome {
	if c.Ours != nil {
		return *c.Ours
	}
	return c.outcome
}

func readTables(t testing.TB) map[string]table {
	t.Helper()
	files, err := filepath.Glob("testdata/jsonata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	tables := map[string]table{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var one table
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&one); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		tables[strings.TrimSuffix(filepath.Base(file), ".json")] = one
	}
	return tables
}

func TestExpressionsGiveWhatJSONataGives(t *testing.T) {
	for name, table := range readTables(t) {
		t.Run(name, func(t *testing.T) {
			e := newEvaluator(t, table.Variables)
			for _, c := range table.Cases {
				if got, why := e.outcome(c.Expression); got.String() != c.want().String() {
					t.Errorf("%s\n got %s %s\nwant %s", c.Expression, got, why, c.want())
				}
			}
		})
	}
}

func TestWhatGnataWouldEvaluateWrongIsRefusedByName(t *testing.T) {
	for expression, want := range map[string]string{
		`$contains($s, /a(?=b)/)`:        "The regular expression /a(?=b)/ is not supported",
		`/a/("banana")`:                  "The regular expression /a/ is called as a function",
		`"a" ~> /a/`:                     "The regular expression /a/ is called as a function",
		`1..3`:                           "a range stands in brackets",
		`$s.list#$i[$i > 0]`:             "behind a variable bound by # is not supported",
		`$s.list@$v^($v)`:                "behind a variable bound by @ is not supported",
		`$s.list^(name)#$i`:              "Order-by (^) together with a variable bound by @ or # is not supported",
		`$s.list.items^(%.name)`:         "Order-by (^) together with a parent (%) is not supported",
		`$eval("1")`:                     "'$eval' is not supported",
		`$contains($s, /["']/) and $$.a`: "Reference to '$$' is not supported",
	} {
		if _, why := newEvaluator(t, nil).outcome(expression); !strings.Contains(why, want) {
			t.Errorf("%s: got %q, want %q in it", expression, why, want)
		}
	}
}

func TestDifferencesFromJSONataAreListedWithTheirCases(t *testing.T) {
	listed, err := conformance.Listed("testdata/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]int{}
	for _, table := range readTables(t) {
		for _, c := range table.Cases {
			if (c.Ours == nil) != (c.Difference == "") {
				t.Errorf("%s: ours and difference go together", c.Expression)
			}
			if c.Ours != nil {
				cases[c.Difference]++
			}
		}
	}
	for _, d := range listed {
		if cases[d.What] != d.Cases {
			t.Errorf("%d cases show %q; differences.json says %d", cases[d.What], d.What, d.Cases)
		}
		delete(cases, d.What)
	}
	for what := range cases {
		t.Errorf("differences.json doesn't list %q", what)
	}
}

// An evaluator gives expressions to an engine, in a state whose variables are assigned.
type evaluator struct {
	t      testing.TB
	clock  *clock.Virtual
	engine *stepfunctions.Engine
	input  string
	assign string // value of the field Assign
	last   *stepfunctions.Evaluation
	n      int
}

func newEvaluator(t testing.TB, variables map[string]json.RawMessage) *evaluator {
	t.Helper()
	input, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	assigned := map[string]string{}
	for name := range variables {
		assigned[name] = "{% $states.input." + name + " %}"
	}
	assign, err := json.Marshal(assigned)
	if err != nil {
		t.Fatal(err)
	}
	e := &evaluator{t: t, clock: clock.NewVirtual(start), input: string(input), assign: string(assign)}
	ids := 0
	e.engine = stepfunctions.New(stepfunctions.Config{Store: store.NewMemory(), Clock: e.clock,
		NewID:     func() string { ids++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", ids) },
		Evaluated: func(v stepfunctions.Evaluation) { e.last = &v }})
	return e
}

// outcome evaluates an expression; why tells more of an error.
func (e *evaluator) outcome(expression string) (o outcome, why string) {
	e.t.Helper()
	e.n++
	quoted, err := json.Marshal("{% " + expression + " %}")
	if err != nil {
		e.t.Fatal(err)
	}
	e.last = nil
	err = e.engine.Create(stepfunctions.StateMachineSpec{Name: fmt.Sprint("m", e.n), RoleARN: "arn:aws:iam::000000000000:role/r",
		Definition: machine(`"A":{"Type":"Pass","Assign":` + e.assign + `,"Next":"B"},"B":{"Type":"Pass","Output":` + string(quoted) + `,"End":true}`)})
	if err == nil {
		_, err = e.engine.Start(e.engine.StateMachineARN(fmt.Sprint("m", e.n)), "x", e.input)
		if err != nil {
			e.t.Fatal(err)
		}
		e.clock.Run()
		if e.last == nil {
			e.t.Fatal(expression, " was not evaluated")
		}
		err = e.last.Err
	}
	switch {
	case err != nil:
		return outcome{Error: errorCode(err)}, err.Error()
	case e.last.Result == nil:
		return outcome{Undefined: true}, ""
	}
	return outcome{Result: e.last.Result}, ""
}

var codePattern = regexp.MustCompile(`\b[STDU]\d{4}\b`)

// errorCode returns the code of JSONata in an error, or "failed" where it has none.
func errorCode(err error) string {
	if code := codePattern.FindString(err.Error()); code != "" {
		return code
	}
	return "failed"
}
