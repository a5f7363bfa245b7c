package stepfunctions

import (
	"slices"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type redriveExecutionInput struct {
	ExecutionARN string `json:"executionArn"`
	ClientToken  string `json:"clientToken"`
}

type redriveExecutionOutput struct {
	RedriveDate awsjson.Time `json:"redriveDate"`
}

// redriveExecution goes on with an execution that ended without success; with a
// client token that did so already, it has no further effect.
func (e *Engine) redriveExecution(in redriveExecutionInput) (out redriveExecutionOutput, err error) {
	if len(in.ClientToken) > 64 {
		return out, awsjson.Errorf("ValidationException", "1 validation error detected: Value at 'clientToken' failed to satisfy constraint: Member must have length less than or equal to 64")
	}
	return out, e.Store.Update(func(tx store.Tx) error {
		x, err := executionAt(tx, in.ExecutionARN)
		if err != nil {
			return err
		}
		now := e.Clock.Now()
		if at, known := x.knows(in.ClientToken, now); known {
			out.RedriveDate = awsjson.Time(at)
			return nil
		}
		switch status, reason := x.redrivability(now); status {
		case redrivable:
		case redrivableByMapRun:
			return awsjson.Errorf("ExecutionNotRedrivable", "Execution is a child of a Map Run and can only be redriven with the execution that started it")
		default:
			return awsjson.Errorf("ExecutionNotRedrivable", "%s", reason)
		}
		x.remember(in.ClientToken, now)
		out.RedriveDate = awsjson.Time(now)
		return e.carry(tx, x, func(r *run) error {
			r.redrive()
			return nil
		})
	})
}

// checkRedriveFilter refuses a filter that isn't known.
func checkRedriveFilter(filter string) error {
	if slices.Contains([]string{"", "REDRIVEN", "NOT_REDRIVEN"}, filter) {
		return nil
	}
	return awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'redriveFilter' failed to satisfy constraint: Member must satisfy enum value set: [REDRIVEN, NOT_REDRIVEN]", filter)
}
