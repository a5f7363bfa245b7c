package workflows_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// A path is one file of testdata/<definition>: an execution, what its tasks come
// to, the states that it must enter and how it must end.
type path struct {
	name string

	Claim string              `json:"claim"`
	Input json.RawMessage     `json:"input"`
	Tasks map[string][]answer `json:"tasks"` // by state, in the order of its calls; each must be used
	Path  []string            `json:"path"`  // states in the order entered, those inside of Map too
	End   end                 `json:"end"`
}

// An answer is what comes of one call of a task's function: exactly one of
// result, error, token, unanswered and late.
type answer struct {
	Result json.RawMessage `json:"result"` // of a function that is not given a token
	Error  string          `json:"error"`  // the function, or its invocation, fails with this name …
	Cause  string          `json:"cause"`  // … and this cause
	// Token is how the task's token is answered: before the function returns, or
	// After a time.
	Token *struct {
		Success json.RawMessage `json:"success"`
		Failure *failure        `json:"failure"`
	} `json:"token"`
	After      period `json:"after"`
	Unanswered bool   `json:"unanswered"` // nobody answers the task's token
	Late       bool   `json:"late"`       // the function returns when the state has long given it up

	Times int             `json:"times"` // how many calls it is the answer to; 1 if absent
	Given json.RawMessage `json:"given"` // if present, what the function must be told besides the token
}

type failure struct {
	Error string `json:"error"`
	Cause string `json:"cause"`
}

// An end is how an execution ends.
type end struct {
	Status string          `json:"status"`
	Output json.RawMessage `json:"output"`
	Error  string          `json:"error"`
	Cause  string          `json:"cause"`
	After  period          `json:"after"` // since the start; checked if present
}

// A period is a duration, written as Go writes them.
type period time.Duration

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *period) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*p = period(d)
	return err
}

// paths returns the paths through a definition.
func paths(t *testing.T, definition string) []path {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", definition, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no paths in testdata/%s: %v", definition, err)
	}
	var all []path
	for _, file := range files {
		p, err := readPath(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func readPath(file string) (path, error) {
	p := path{name: strings.TrimSuffix(filepath.Base(file), ".yaml")}
	text, err := os.ReadFile(file)
	if err == nil {
		text, err = yaml.YAMLToJSON(text)
	}
	if err == nil {
		err = decodeStrictly(text, &p)
	}
	if err != nil {
		return p, fmt.Errorf("%s: %w", file, err)
	}
	for state := range p.Tasks {
		p.Tasks[state] = unroll(p.Tasks[state])
	}
	return p, nil
}

// unroll repeats each answer as often as it says.
func unroll(answers []answer) []answer {
	var all []answer
	for _, a := range answers {
		for range max(1, a.Times) {
			all = append(all, a)
		}
	}
	return all
}

// decodeStrictly decodes JSON; a field that into doesn't have is an error.
func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
