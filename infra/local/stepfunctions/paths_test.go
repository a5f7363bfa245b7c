package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
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

	Machines map[string]json.RawMessage `json:"machines"` // further definitions, by name
	Objects  map[string]string          `json:"objects"`  // in S3, by bucket and key
	Requests []request                  `json:"requests"`
	Written  map[string]string          `json:"written"` // objects, checked if given
	Others   []string                   `json:"others"`  // "name status" of the other executions, checked if given
}

// A request is sent to the engine while an execution runs.
type request struct {
	After     int            `json:"after"` // seconds
	Operation string         `json:"operation"`
	In        map[string]any `json:"in"`
	Code      string         `json:"code"` // of the refusal
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
	maps.Copy(r.objects, s.Objects)
	for _, name := range slices.Sorted(maps.Keys(s.Machines)) {
		r.createNamed(name, string(s.Machines[name]))
	}
	r.create(string(s.Definition))
	for _, q := range s.Requests {
		r.request(q.After, q.Operation, q.In, q.Code)
	}
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
		if s.Written != nil && !maps.Equal(r.written(s), s.Written) {
			t.Errorf("written\n got %q\nwant %q", r.written(s), s.Written)
		}
		if s.Others != nil && !slices.Equal(r.others(), s.Others) {
			t.Errorf("others\n got %q\nwant %q", r.others(), s.Others)
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
		for crashAt := 2 + len(s.Machines); crashAt < 2000; crashAt++ {
			r := s.rig(t)
			crashed := r.crashAt(crashAt)
			r.start(s.input())
			r.clock.Run()
			if !*crashed {
				return
			}
			r.execution = "arn:aws:states:us-east-1:000000000000:execution:m:x"
			s.check(t, r.ending())
			if s.Others != nil && !slices.Equal(r.others(), s.Others) {
				t.Fatalf("others after a crash at commit %d\n got %q\nwant %q", crashAt, r.others(), s.Others)
			}
			if got := r.history(); got != string(want) {
				t.Fatalf("history after a crash at commit %d\n got %s\nwant %s", crashAt, got, want)
			}
		}
	})
}

func TestScenariosEndTheSameWithARestartAfterEachCommit(t *testing.T) {
	scenarios(t, func(t *testing.T, s scenario, golden string) {
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		r := s.rig(t)
		r.crashAt(2 + len(s.Machines))
		r.crashes = true
		r.start(s.input())
		r.clock.Run()
		r.execution, r.crashes = "arn:aws:states:us-east-1:000000000000:execution:m:x", false
		s.check(t, r.ending())
		if s.Others != nil && !slices.Equal(r.others(), s.Others) {
			t.Errorf("others\n got %q\nwant %q", r.others(), s.Others)
		}
		if got := r.history(); got != string(want) {
			t.Errorf("history\n got %s\nwant %s", got, want)
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
	return normalise(text)
}

// normalise numbers the identifiers in text in the order of their first appearance.
func normalise(text string) string {
	seen := map[string]string{}
	return regexp.MustCompile(`0{8}-0{4}-4000-8000-[0-9]{12}`).ReplaceAllStringFunc(text, func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("ID%d", len(seen)+1)
		}
		return seen[id]
	})
}

// written returns the objects that s didn't have.
func (r *rig) written(s scenario) map[string]string {
	written := map[string]string{}
	for path, body := range r.objects {
		if _, given := s.Objects[path]; !given {
			written[normalise(path)] = normalise(body)
		}
	}
	return written
}

// others returns the machine and the status of every execution but the main one, the oldest first.
func (r *rig) others() []string {
	r.t.Helper()
	var list []string
	add := func(in map[string]any) {
		var out struct {
			Executions []struct{ ExecutionArn, Status, Output string }
		}
		if code := r.post("ListExecutions", in, &out); code != "" {
			r.t.Fatalf("ListExecutions: %s", code)
		}
		slices.Reverse(out.Executions)
		for _, x := range out.Executions {
			if x.ExecutionArn != r.execution {
				list = append(list, strings.Split(x.ExecutionArn, ":")[6]+" "+x.Status)
			}
		}
	}
	for _, name := range r.machines {
		add(map[string]any{"stateMachineArn": r.engine.StateMachineARN(name)})
	}
	var runs struct{ MapRuns []struct{ MapRunArn string } }
	if code := r.post("ListMapRuns", map[string]any{"executionArn": r.execution}, &runs); code != "" {
		r.t.Fatalf("ListMapRuns: %s", code)
	}
	slices.Reverse(runs.MapRuns)
	for _, m := range runs.MapRuns {
		add(map[string]any{"mapRunArn": m.MapRunArn})
	}
	return list
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
