package main

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

func TestAPlanShowsWhatItsStepsWouldChange(t *testing.T) {
	onStack := func(name, stack string, preview ...string) pipeline.PlannedStep {
		return pipeline.PlannedStep{Name: name, Kind: "cloudformation", Preview: preview, With: json.RawMessage(`{"package":"web","stack":"` + stack + `"}`)}
	}
	text := planText(api.PlanReport{Plan: pipeline.Plan{Steps: []pipeline.PlannedStep{
		onStack("network", "net", "Add Queue (AWS::SQS::Queue)", "Remove Topic\x1b[2J"),
		onStack("again", "net"),
		onStack("database", "db"),
		{Name: "smoke", Kind: "script", With: json.RawMessage(`{"run":"true"}`)},
	}}})
	_, steps, _ := strings.Cut(text, "\nSteps\n")
	steps, _, _ = strings.Cut(steps, "\nGates\n")
	want := `  1. network (cloudformation), time-out 0s, retries 0
     package: web
     stack: net
     changes:
       Add Queue (AWS::SQS::Queue)
       Remove Topic` + printable("\x1b") + `[2J
  2. again (cloudformation), time-out 0s, retries 0
     package: web
     stack: net
     changes: not shown, because an earlier step changes the same
  3. database (cloudformation), time-out 0s, retries 0
     package: web
     stack: db
     changes: shown once the deployment is requested, before approval is asked for
  4. smoke (script), time-out 0s, retries 0
     run: true
`
	if steps != want {
		t.Errorf("the steps are shown as\n%s\nwant\n%s", steps, want)
	}
}
