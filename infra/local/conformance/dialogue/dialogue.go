// Package dialogue is what the tests share that hold an engine's HTTP answers both
// against a table and against another implementation of the same service: tables of
// requests with the answers that are wanted, how they are played, and how two answers
// are compared.
package dialogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// A Scenario is a row of requests that build on each other, played to a service that
// holds nothing but what every scenario finds there. Its name is a claim.
type Scenario struct {
	Name  string  `json:"name"`
	Steps []*Step `json:"steps"`
}

// A Step is one request and the answer that is wanted. In its texts, ${name} stands
// for what an earlier step of the scenario kept under that name.
type Step struct {
	// Send is the method and the target, such as "GET /bucket/key?versionId=null".
	Send string `json:"send,omitempty"`
	// Call is instead the operation of a service whose requests are all alike.
	Call string `json:"call,omitempty"`
	// With is what Call is called with.
	With json.RawMessage `json:"with,omitempty"`

	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	// Fill is how many digits stand for ${fill} in With, or are the body instead of Body.
	Fill int `json:"fill,omitempty"`
	// After is how many seconds pass before the request is sent.
	After int `json:"after,omitempty"`
	// Keep names what later steps refer to, and where in the answer it is: "header X"
	// or "body X", the first element or member of the name X.
	Keep map[string]string `json:"keep,omitempty"`

	// Differs tells where the reference answers otherwise, by place, and why: a What
	// of the listed differences.
	Differs map[string]string `json:"differs,omitempty"`
	Want    *Answer           `json:"want,omitempty"`
}

// String returns what the step asks for.
func (s *Step) String() string {
	if s.Call != "" {
		return s.Call + " " + string(s.With)
	}
	return s.Send
}

// Files returns the tables in folder.
func Files(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no tables", folder)
	}
	return files, err
}

// Read returns the scenarios of a table. A member that it doesn't know is an error.
func Read(file string) ([]*Scenario, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var scenarios []*Scenario
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&scenarios); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return scenarios, nil
}

// Write writes a table, with a line for each step.
func Write(file string, scenarios []*Scenario) error {
	var out bytes.Buffer
	separator := "[\n"
	for _, s := range scenarios {
		name, err := line(s.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%s{\"name\": %s, \"steps\": [\n", separator, name)
		for i, step := range s.Steps {
			text, err := line(step)
			if err != nil {
				return err
			}
			out.WriteString("  " + text)
			if i < len(s.Steps)-1 {
				out.WriteString(",")
			}
			out.WriteString("\n")
		}
		out.WriteString("]}")
		separator = ",\n"
	}
	out.WriteString("\n]\n")
	return os.WriteFile(file, out.Bytes(), 0o644)
}

// line returns v as JSON on one line, with <, > and & as they are.
func line(v any) (string, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), err
}
