package workflows_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/infra/workflows"
)

// definitions returns the text of every state machine, by the name of its file
// and of the folder of its paths.
func definitions() map[string]string {
	return map[string]string{"deploy": workflows.Deploy, "runbook": workflows.Runbook, "approve": workflows.Approve}
}

func TestEveryDefinitionHasPaths(t *testing.T) {
	files, err := filepath.Glob("*.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file, ".asl.json"))
	}
	if known := slices.Sorted(maps.Keys(definitions())); !slices.Equal(names, known) {
		t.Errorf("definitions in this folder are %v, walked by paths are %v", names, known)
	}
}

// A container is a state machine, or what a Map state or a branch of a Parallel
// state runs: as much of its definition as says where states lead.
type container struct {
	States map[string]state
}

type state struct {
	Type      string
	Resource  string
	Arguments struct{ FunctionName string }
	Next      string
	Default   string
	End       bool
	Choices   []struct{ Next string }
	Retry     []handler
	Catch     []handler

	ItemProcessor *container
	Branches      []container
}

// A handler is a retrier or a catcher.
type handler struct {
	ErrorEquals []string
	Next        string // of a catcher
}

// states returns the states of the state machine with that definition, those
// inside Map and Parallel states too. Their names are unique in it, as the Amazon
// States Language wants them.
func states(t *testing.T, definition string) map[string]state {
	t.Helper()
	var machine container
	if err := json.Unmarshal([]byte(definition), &machine); err != nil {
		t.Fatal(err)
	}
	all := map[string]state{}
	machine.collect(all)
	return all
}

func (c container) collect(all map[string]state) {
	for name, s := range c.States {
		all[name] = s
		if s.ItemProcessor != nil {
			s.ItemProcessor.collect(all)
		}
		for _, branch := range s.Branches {
			branch.collect(all)
		}
	}
}

// waitsForToken tells whether s sleeps until somebody answers its token.
func (s state) waitsForToken() bool { return strings.HasSuffix(s.Resource, ".waitForTaskToken") }

// function returns the name of the function that s calls, "" for none.
func (s state) function() string {
	return strings.TrimSuffix(strings.TrimPrefix(s.Arguments.FunctionName, "${"), "}")
}

// An edge is one way out of a state, or back into it.
type edge struct {
	from string
	via  string // the field that holds it, such as Choices[0]
	to   string // "" for Retry and End
}

// String returns what a definition's author looks for, such as "Gate Choices[0] → Soak".
func (e edge) String() string {
	if e.to == "" {
		return e.from + " " + e.via
	}
	return e.from + " " + e.via + " → " + e.to
}

// caught tells whether e is taken after an error.
func (e edge) caught() bool { return strings.HasPrefix(e.via, "Catch") }

// edges returns the edges of all states, sorted.
func edges(all map[string]state) []edge {
	var found []edge
	for name, s := range all {
		found = append(found, s.edges(name)...)
	}
	slices.SortFunc(found, func(a, b edge) int { return strings.Compare(a.String(), b.String()) })
	return found
}

func (s state) edges(name string) []edge {
	var found []edge
	add := func(to, format string, args ...any) {
		found = append(found, edge{name, fmt.Sprintf(format, args...), to})
	}
	for i := range s.Retry {
		add("", "Retry[%d]", i)
	}
	for i, c := range s.Catch {
		add(c.Next, "Catch[%d]", i)
	}
	for i, c := range s.Choices {
		add(c.Next, "Choices[%d]", i)
	}
	if s.Default != "" {
		add(s.Default, "Default")
	}
	if s.Next != "" {
		add(s.Next, "Next")
	}
	if s.End {
		add("", "End")
	}
	return found
}

func TestNoTwoEdgesLookAlikeInAHistory(t *testing.T) {
	for name, definition := range definitions() {
		seen := map[edge]edge{}
		for _, e := range edges(states(t, definition)) {
			if e.to == "" {
				continue
			}
			look := edge{from: e.from, to: e.to}
			if e.caught() {
				look.via = "Catch"
			}
			if other, ok := seen[look]; ok {
				t.Errorf("%s: a history can't tell %s from %s: make them one, so that paths prove both", name, e, other)
			}
			seen[look] = e
		}
	}
}
