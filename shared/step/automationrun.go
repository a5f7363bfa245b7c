package step

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// An automationRun is an execution of a runbook as Systems Manager describes it.
type automationRun struct{ types.AutomationExecution }

// outcome returns what the run came to: not done while it goes on, or a [*Failure].
func (r automationRun) outcome(w Work) (Outcome, error) {
	switch r.AutomationExecutionStatus {
	case types.AutomationExecutionStatusSuccess, types.AutomationExecutionStatusCompletedWithSuccess:
		return Outcome{Done: true, Outputs: r.outputs(w)}, nil
	case types.AutomationExecutionStatusFailed, types.AutomationExecutionStatusCompletedWithFailure, types.AutomationExecutionStatusExited:
		return Outcome{}, transient("AutomationFailed", "%s", r.cause())
	case types.AutomationExecutionStatusTimedout:
		return Outcome{}, transient("TimedOut", "%s", r.cause())
	case types.AutomationExecutionStatusCancelled:
		return Outcome{}, permanent("Cancelled", "%s", r.cause())
	case types.AutomationExecutionStatusRejected, types.AutomationExecutionStatusChangeCalendarOverrideRejected:
		return Outcome{}, permanent("Rejected", "%s", r.cause())
	}
	return Outcome{}, nil // it goes on, or waits for somebody
}

// progress says in a line how far the run has come.
func (r automationRun) progress() string {
	line := fmt.Sprintf("execution %s: %s", aws.ToString(r.AutomationExecutionId), r.AutomationExecutionStatus)
	if step := aws.ToString(r.CurrentStepName); step != "" {
		line += ", step " + step
	}
	return line
}

// cause says why the run ended without success: the step that failed with its message,
// or else the run's own.
func (r automationRun) cause() string {
	why := aws.ToString(r.FailureMessage)
	for _, s := range r.StepExecutions {
		if slices.Contains(brokenSteps(), s.StepStatus) {
			why = fmt.Sprintf("step %s (%s) is %s: %s", aws.ToString(s.StepName), aws.ToString(s.Action), s.StepStatus,
				cmp.Or(aws.ToString(s.FailureMessage), why, "without a message"))
			break
		}
	}
	return fmt.Sprintf("execution %s of runbook %s is %s: %s", aws.ToString(r.AutomationExecutionId), aws.ToString(r.DocumentName),
		r.AutomationExecutionStatus, cut(cmp.Or(why, "Systems Manager gives no reason")))
}

// brokenSteps are the statuses of the step for which a run ended without success.
func brokenSteps() []types.AutomationExecutionStatus {
	return []types.AutomationExecutionStatus{types.AutomationExecutionStatusFailed, types.AutomationExecutionStatusTimedout,
		types.AutomationExecutionStatusCancelled, types.AutomationExecutionStatusRejected}
}

// notInOutputs are the characters of a runbook's outputs, such as "stop.InstanceIds",
// that the names of a step's outputs don't have.
var notInOutputs = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// outputs returns the execution's id and the runbook's outputs; the texts of a list are
// joined by commas.
func (r automationRun) outputs(w Work) map[string]string {
	outputs := foundOutputs{values: map[string]string{"execution": aws.ToString(r.AutomationExecutionId)}, log: w.Log}
	for _, name := range slices.Sorted(maps.Keys(r.Outputs)) {
		outputs.add(notInOutputs.ReplaceAllString(name, "-"), strings.Join(r.Outputs[name], ","))
	}
	return outputs.values
}
