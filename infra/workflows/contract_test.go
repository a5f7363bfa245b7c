package workflows_test

import (
	"slipway/functions/decideapproval"
	"slipway/functions/finishdeployment"
	"slipway/functions/lockenvironment"
	"slipway/functions/plandeployment"
	"slipway/functions/requestapproval"
	"slipway/functions/runstep"
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
		"DecideApproval":   {of[decideapproval.Task], of[struct{}]},
	}
}

func of[T any]() any { return new(T) }
