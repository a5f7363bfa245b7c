package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "renew golden files")

// A scenario is one file of testdata/paths: a definition, what its functions
// answer, and how an execution must end.
type scenario struct {
	Claim      string              `json:"claim"`
	Definition json.RawMessage     `json:"definition"`
	Input      json.RawMessage     `json:"input"`
	Functions  map[string][]answer `json:"functions"`
	Path       []string            `json:"path"`
	Status     string              `json:"status"`
	Output     json.RawMessage     `json:"output"`
	Error      string              `json:"error"`
	Cause      string              `json:"cause"` // a part of it
	Seconds    int                 `json:"seconds"`
	Calls      []string            `json:"calls"` // checked if given
}

func scenarios(t *testing.T, run func(t *testing.T, s scenario, golden string)) {
	t.Helper()
	files, err := filepath.Glob("testdata/paths/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var s scenario
			dec := json.NewDecoder(bytes.NewReader(text))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&s); err != nil {
				t.Fatal(err)
			}
			run(t, s, strings.TrimSuffix(file, ".json")+".history")
		})
	}
}

func (s scenario) check(t *testing.T, got ending) {
	t.Helper()
	output := ""
	if s.Output != nil {
		var b bytes.Buffer
		if err := json.Compact(&b, s.Output); err != nil {
			t.Fatal(err)
		}
		output = b.String()
	}
	if got.Status != s.Status || got.Output != output || got.Error != s.Error || !strings.Contains(got.Cause, s.Cause) ||
		!slices.Equal(got.Path, s.Path) || got.Seconds != s.Seconds {
		want := ending{s.Status, output, s.Error, s.Cause, s.Path, s.Seconds}
		t.Errorf("%s\n got %s\nwant %s", s.Claim, describe(got), describe(want))
	}
}

func (s scenario) rig(t *testing.T) *rig {
	script := map[string][]answer{}
	for name, list := range s.Functions {
		script[name] = append([]answer{}, list...)
	}
	r := newRig(t, script)
	r.create(string(s.Definition))
	return r
}

func (s scenario) input() string {
	if s.Input == nil {
		return "{}"
	}
	return string(s.Input)
}

func TestScenariosEndAsTheyClaim(t *testing.T) {
	scenarios(t, func(t *testing.T, s scenario, golden string) {
		r := s.rig(t)
		r.start(s.input())
		r.clock.Run()
		s.check(t, r.ending())
		if s.Calls != nil && !slices.Equal(r.calls, s.Calls) {
			t.Errorf("calls\n got %q\nwant %q", r.calls, s.Calls)
		}
		compare(t, golden, r.history())
	})
}

func TestScenariosEndTheSameAfterARestartAtAnyCommit(t *testing.T) {
	scenarios(t, func(t *testing.T, s scenario, golden string) {
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		for crashAt := 2; crashAt < 200; crashAt++ {
			r := s.rig(t)
			crashed := r.crashAt(crashAt)
			r.start(s.input())
			r.clock.Run()
			if !*crashed {
				return
			}
			r.execution = "arn:aws:states:us-east-1:000000000000:execution:m:x"
			s.check(t, r.ending())
			if got := r.history(); got != string(want) {
				t.Fatalf("history after a crash at commit %d\n got %s\nwant %s", crashAt, got, want)
			}
		}
	})
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\n got %s\nwant %s", golden, got, want)
	}
}

// history writes each event on a line: id, previous id, second, type and details; token texts are left out.
func (r *rig) history() string {
	r.t.Helper()
	var out struct {
		Events []map[string]json.RawMessage `json:"events"`
	}
	if code := r.post("GetExecutionHistory", map[string]any{"executionArn": r.execution, "maxResults": 1000}, &out); code != "" {
		r.t.Fatalf("GetExecutionHistory: %s", code)
	}
	var b strings.Builder
	for _, e := range out.Events {
		var at float64
		if err := json.Unmarshal(e["timestamp"], &at); err != nil {
			r.t.Fatal(err)
		}
		details := ""
		for name, value := range e {
			if strings.HasSuffix(name, "EventDetails") {
				details = " " + strings.ReplaceAll(string(value), `,"inputDetails":{"truncated":false}`, "")
				details = strings.ReplaceAll(details, `,"outputDetails":{"truncated":false}`, "")
			}
		}
		fmt.Fprintf(&b, "%s<%s %vs %s%s\n", e["id"], e["previousEventId"], at-float64(start.Unix()), e["type"], details)
	}
	text := b.String()
	for _, token := range r.tokens() {
		text = strings.ReplaceAll(text, token, "TOKEN")
	}
	return text
}

// tokens returns the task tokens that functions were called with.
func (r *rig) tokens() []string {
	var tokens []string
	for _, call := range r.calls {
		var in struct{ Token string }
		payload := strings.SplitN(call, " ", 3)[2]
		if err := json.Unmarshal([]byte(payload), &in); err == nil && in.Token != "" {
			tokens = append(tokens, in.Token)
		}
	}
	return tokens
}
