package workflows_test

import (
	"slices"
	"testing"

	"slipway/functions/lockenvironment"
	"slipway/functions/resumestep"
	"slipway/functions/runstep"
	"slipway/shared/fault"
)

// faultNames returns the names that an error in a state machine can have.
func faultNames() []string {
	ours := []string{fault.Cancelling, fault.Conflict, fault.Ended, fault.Invalid, fault.NotFound, fault.Refused, fault.Unexpected,
		lockenvironment.FaultSuperseded, resumestep.FaultRejected, runstep.FaultStepFailed, runstep.FaultStepRefused}
	// Per "Handling errors in Step Functions workflows" and "Handle transient Lambda
	// service exceptions" in the Step Functions Developer Guide.
	return append(ours, "States.ALL", "States.Timeout", "States.TaskFailed", "States.HeartbeatTimeout",
		"States.DataLimitExceeded", "States.ExceedToleratedFailureThreshold", "States.QueryEvaluationError", "States.Permissions",
		"Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException",
		"Lambda.SdkClientException", "Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout")
}

func TestDefinitionsHandleOnlyErrorsThatCanCome(t *testing.T) {
	for definition, text := range definitions() {
		for name, s := range states(t, text) {
			for _, h := range slices.Concat(s.Retry, s.Catch) {
				for _, handled := range h.ErrorEquals {
					if !slices.Contains(faultNames(), handled) {
						t.Errorf("%s: state %s handles %q, which neither a function nor AWS raises", definition, name, handled)
					}
				}
			}
		}
	}
}

func TestPathsFailOnlyWithErrorsThatCanCome(t *testing.T) {
	for definition := range definitions() {
		for _, p := range paths(t, definition) {
			for name, answers := range p.Tasks {
				for _, a := range answers {
					if raised := a.raises(); raised != "" && !slices.Contains(faultNames(), raised) {
						t.Errorf("%s/%s: state %s fails with %q, which neither a function nor AWS raises", definition, p.name, name, raised)
					}
				}
			}
		}
	}
}

// raises returns the name of the error that a task comes to by a, "" for none.
func (a answer) raises() string {
	if a.Token != nil && a.Token.Failure != nil {
		return a.Token.Failure.Error
	}
	return a.Error
}
