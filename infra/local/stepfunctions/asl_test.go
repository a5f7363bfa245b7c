package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/infra/local/stepfunctions"
)

// An example is a definition modelled on one of the Amazon States Language
// specification or the Step Functions Developer Guide, with what it makes of inputs.
type example struct {
	Claim      string          `json:"claim"`
	Source     string          `json:"source"` // the section that it is modelled on
	Definition json.RawMessage `json:"definition"`
	Cases      []scenario      `json:"cases"` // with no definition of their own
}

// A rejected definition is wrong in one way.
type rejected struct {
	Claim      string          `json:"claim"`
	Definition json.RawMessage `json:"definition"`
	Code       string          `json:"code"`
	Location   string          `json:"location"`
	Message    string          `json:"message"` // a part of it
}

// load reads every file of a folder of testdata.
func load[T any](t *testing.T, folder string) map[string]T {
	t.Helper()
	files, err := filepath.Glob("testdata/" + folder + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/%s: %v", folder, err)
	}
	all := map[string]T{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var one T
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&one); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = one
	}
	return all
}

func TestExamplesOfTheSpecificationDoWhatItSays(t *testing.T) {
	for name, x := range load[example](t, "asl") {
		for i, s := range x.Cases {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				s.Claim, s.Definition = x.Claim+" ("+x.Source+")", x.Definition
				if s.Status == "" {
					s.Status = "SUCCEEDED"
				}
				r := s.rig(t)
				r.start(s.input())
				r.clock.Run()
				s.check(t, r.ending())
			})
		}
	}
}

func TestWrongDefinitionsAreRefusedWithTheirPlace(t *testing.T) {
	for name, x := range load[rejected](t, "invalid") {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			err := r.engine.Create(stepfunctions.StateMachineSpec{Name: "m", Definition: string(x.Definition)})
			wrong, ok := errors.AsType[*stepfunctions.DefinitionError](err)
			if !ok || len(wrong.Diagnostics) != 1 {
				t.Fatalf("%s: Create = %v, want one diagnostic", x.Claim, err)
			}
			if d := wrong.Diagnostics[0]; d.Code != x.Code || d.Location != x.Location || !strings.Contains(d.Message, x.Message) {
				t.Errorf("%s\n got %s %s: %s\nwant %s %s: %s", x.Claim, d.Code, d.Location, d.Message, x.Code, x.Location, x.Message)
			}
			var out struct {
				Result      string
				Diagnostics []stepfunctions.Diagnostic
			}
			if code := r.post("ValidateStateMachineDefinition", map[string]any{"definition": string(x.Definition)}, &out); code != "" || out.Result != "FAIL" || out.Diagnostics[0] != wrong.Diagnostics[0] {
				t.Errorf("ValidateStateMachineDefinition = %s %+v", code, out)
			}
		})
	}
}
