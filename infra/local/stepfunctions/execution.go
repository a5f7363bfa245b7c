package stepfunctions

import (
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// Status is where an execution stands.
type Status string

// The statuses of an execution. All but [Running] and [PendingRedrive] are final,
// unless the execution is redriven.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"

	// PendingRedrive is an execution of a Map Run that was redriven and hasn't come to it yet.
	PendingRedrive Status = "PENDING_REDRIVE"
)

// An execution is the record of one run of a state machine: all that is needed
// to go on with it, under one key.
type execution struct {
	ARN             string     `json:"arn"`
	Name            string     `json:"name"`
	Machine         string     `json:"machine"` // name of the state machine
	MachineARN      string     `json:"machineArn"`
	MachineUpdated  time.Time  `json:"machineUpdated"`
	RoleARN         string     `json:"roleArn"`
	Definition      string     `json:"definition"` // revision
	TraceHeader     string     `json:"traceHeader,omitempty"`
	Status          Status     `json:"status"`
	Input           string     `json:"input"`
	Output          *string    `json:"output,omitempty"`
	Error           *string    `json:"error,omitempty"`
	Cause           *string    `json:"cause,omitempty"`
	Started         time.Time  `json:"started"`
	Stopped         *time.Time `json:"stopped,omitempty"`
	Deadline        *time.Time `json:"deadline,omitempty"`
	Revision        int64      `json:"revision"`        // writes of this record
	LastEvent       int64      `json:"lastEvent"`       // id in the history
	LastThread      int        `json:"lastThread"`      // id
	LastTask        int        `json:"lastTask"`        // attempt of a task
	TransitionCount int        `json:"transitionCount"` // states entered and retries
	Root            *thread    `json:"root,omitempty"`  // what it does, or did when it ended; nil after success

	Redrives      int            `json:"redrives,omitempty"`
	Redriven      *time.Time     `json:"redriven,omitempty"`
	RedriveTokens []redriveToken `json:"redriveTokens,omitempty"` // the oldest first

	MapRun    string `json:"mapRun,omitempty"`    // ARN of the Map Run that started it
	Processor string `json:"processor,omitempty"` // name of the Distributed Map state whose states it runs
	Index     int    `json:"index,omitempty"`     // in the Map Run
	Items     int    `json:"items,omitempty"`     // of the Map Run that it processes
}

// StatusChange is the detail of the event "Step Functions Execution Status
// Change", as EventBridge documents it; times are in milliseconds since 1970.
type StatusChange struct {
	ExecutionARN           string       `json:"executionArn"`
	StateMachineARN        string       `json:"stateMachineArn"`
	Name                   string       `json:"name"`
	Status                 Status       `json:"status"`
	StartDate              int64        `json:"startDate"`
	StopDate               *int64       `json:"stopDate"`
	Input                  *string      `json:"input"`
	InputDetails           *DataDetails `json:"inputDetails"`
	Output                 *string      `json:"output"`
	OutputDetails          *DataDetails `json:"outputDetails"`
	Error                  *string      `json:"error"`
	Cause                  *string      `json:"cause"`
	StateMachineVersionARN *string      `json:"stateMachineVersionArn"`
	StateMachineAliasARN   *string      `json:"stateMachineAliasArn"`
	RedriveCount           int          `json:"redriveCount"`
	RedriveDate            *int64       `json:"redriveDate"`
	RedriveStatus          string       `json:"redriveStatus"`
	RedriveStatusReason    *string      `json:"redriveStatusReason"`
}

// DataDetails tells whether an event includes a payload.
type DataDetails struct {
	Included bool `json:"included"`
}

// maxEventData is how many bytes of input and output an event includes; beyond
// it the input is left out, and the output too where it alone is larger.
const maxEventData = 248 * 1024

func (x *execution) statusChange(now time.Time) StatusChange {
	c := StatusChange{
		ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: x.Status,
		StartDate: x.Started.UnixMilli(), Input: &x.Input, InputDetails: &DataDetails{true},
		Output: x.Output, Error: x.Error, Cause: x.Cause, RedriveCount: x.Redrives,
	}
	status, reason := x.redrivability(now)
	c.RedriveStatus = status
	if reason != "" {
		c.RedriveStatusReason = &reason
	}
	if x.Redriven != nil {
		redriven := x.Redriven.UnixMilli()
		c.RedriveDate = &redriven
	}
	if x.Stopped != nil {
		stopped := x.Stopped.UnixMilli()
		c.StopDate = &stopped
	}
	output := 0
	if x.Output != nil {
		output = len(quote(*x.Output))
		c.OutputDetails = &DataDetails{true}
	}
	if len(quote(x.Input))+output > maxEventData {
		c.Input, c.InputDetails = nil, &DataDetails{false}
	}
	if output > maxEventData {
		c.Output, c.OutputDetails = nil, &DataDetails{false}
	}
	return c
}

// due returns the earliest moment at which x has something to do, or zero.
func (x *execution) due() time.Time {
	if x.Status != Running {
		return time.Time{}
	}
	earliest := x.Root.due()
	if x.Deadline != nil {
		earliest = sooner(earliest, *x.Deadline)
	}
	return earliest
}

// sooner returns the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Store tables of the engine.
const (
	machineTable    = "stepfunctions/machines"    // name → machine
	definitionTable = "stepfunctions/definitions" // revision → text
	executionTable  = "stepfunctions/executions"  // ARN → execution
	historyTable    = "stepfunctions/history"     // ARN, 0, event id → event
	listTable       = "stepfunctions/lists"       // machine or Map Run, 0, status or nothing, 0, start, name → ARN
	runningTable    = "stepfunctions/running"     // ARN of each running execution
)

// readExecution returns the execution at arn, or nil.
func readExecution(tx store.Tx, arn string) (*execution, error) {
	x, err := store.GetJSON[execution](tx, executionTable, []byte(arn))
	if err != nil {
		return nil, fmt.Errorf("read execution %s: %w", arn, err)
	}
	if x != nil && x.Root != nil {
		x.Root.adopt(nil)
	}
	return x, nil
}

// Transitions returns the number of state transitions that an execution was
// billed for: each state that it entered and each retry. It is 0 for an unknown
// execution.
func (e *Engine) Transitions(executionARN string) int {
	count := 0
	e.report(e.Store.View(func(tx store.Tx) error {
		x, err := readExecution(tx, executionARN)
		if x != nil {
			count = x.TransitionCount
		}
		return err
	}))
	return count
}
