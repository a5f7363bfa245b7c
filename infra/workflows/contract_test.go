package workflows_test

import (
	"cmp"
	"encoding/json"
	"testing"

	"slipway/events"
	"slipway/functions/decideapproval"
	"slipway/functions/finishdeployment"
	"slipway/functions/finishrun"
	"slipway/functions/lockenvironment"
	"slipway/functions/plandeployment"
	"slipway/functions/requestapproval"
	"slipway/functions/runstep"
	"slipway/functions/startdeployment"
	"slipway/functions/startrunbook"
)

// A contract is what a function takes and returns, as pointers to new values.
type contract struct {
	input  func() any
	output func() any
}

// contracts returns those of the functions that state machines call, by the name
// that stands for the function's ARN in definitions.
func contracts() map[string]contract {
	return map[string]contract{
		"PlanDeployment":   {of[plandeployment.Input], of[plandeployment.Output]},
		"RequestApproval":  {of[requestapproval.Input], of[struct{}]},
		"LockEnvironment":  {of[lockenvironment.Input], of[struct{}]},
		"RunStep":          {of[runstep.Input], of[struct{}]},
		"FinishDeployment": {of[finishdeployment.Task], of[struct{}]},
		"FinishRun":        {of[finishrun.Task], of[struct{}]},
		"DecideApproval":   {of[decideapproval.Task], of[struct{}]},
	}
}

func of[T any]() any { return new(T) }

// inputs returns what starts each state machine, as pointers to new values.
func inputs() map[string]func() any {
	return map[string]func() any{
		"deploy":  of[startdeployment.Input],
		"runbook": of[startrunbook.Input],
		"approve": of[events.ApprovalInput],
	}
}

func TestPathsStartWithWhatStartsTheMachine(t *testing.T) {
	for definition := range definitions() {
		input, ok := inputs()[definition]
		if !ok {
			t.Errorf("inputs doesn't list %s", definition)
			continue
		}
		for _, p := range paths(t, definition) {
			if err := decodeStrictly(p.Input, input()); err != nil {
				t.Errorf("%s/%s: input %s is not what starts the machine: %v", definition, p.name, p.Input, err)
			}
		}
	}
}

// executionName returns the name of the execution with that input: the id of the
// deployment or the run that it is of.
func executionName(input json.RawMessage) (string, error) {
	var of struct{ Deployment, Run string }
	err := json.Unmarshal(input, &of)
	return cmp.Or(of.Deployment, of.Run), err
}
