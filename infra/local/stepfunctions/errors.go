package stepfunctions

import (
	"fmt"
	"slices"
)

// Error names of the Amazon States Language that the engine raises or matches.
const (
	errAll                      = "States.ALL"
	errTaskFailed               = "States.TaskFailed"
	errTimeout                  = "States.Timeout"
	errHeartbeatTimeout         = "States.HeartbeatTimeout"
	errRuntime                  = "States.Runtime"
	errDataLimitExceeded        = "States.DataLimitExceeded"
	errQueryEvaluation          = "States.QueryEvaluationError"
	errNoChoiceMatched          = "States.NoChoiceMatched"
	errLambdaUnknown            = "Lambda.Unknown"
	errExceedTolerated          = "States.ExceedToleratedFailureThreshold"
	errItemReaderFailed         = "States.ItemReaderFailed"
	errResultWriterFailed       = "States.ResultWriterFailed"
	maxPayload                  = 262144 // bytes of input or output of a state, task or execution
	maxHistory            int64 = 25000  // events of an execution
)

// A Fault is an error as a state machine sees it.
type Fault struct {
	Name  string // what Retry and Catch match with ErrorEquals
	Cause string // free text, often JSON

	missedHeartbeat bool // a States.Timeout that also answers to States.HeartbeatTimeout
}

// Error implements error.
func (f *Fault) Error() string { return f.Name + ": " + f.Cause }

// dataLimit is the fault of a state or task whose result is too large.
func dataLimit(what string) *Fault {
	return &Fault{Name: errDataLimitExceeded, Cause: fmt.Sprintf(
		"The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", what)}
}

// matches tells whether an ErrorEquals list names f. By the Amazon States
// Language a wildcard takes neither States.Runtime, which nothing takes, nor
// States.DataLimitExceeded, and States.TaskFailed takes anything but time-outs.
func (f *Fault) matches(names []string) bool {
	switch {
	case f.Name == errRuntime:
		return false
	case slices.Contains(names, f.Name), f.missedHeartbeat && slices.Contains(names, errHeartbeatTimeout):
		return true
	case f.Name == errDataLimitExceeded:
		return false
	}
	return slices.Contains(names, errAll) || f.Name != errTimeout && slices.Contains(names, errTaskFailed)
}
