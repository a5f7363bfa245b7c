package pipeline

import (
	"fmt"
	"time"

	"slipway/events"
)

// An ExecutionID names a process under way: a deployment or a run of a runbook. One
// of the two is set. Its text is that one's, and the name of the Step Functions
// execution.
type ExecutionID struct {
	Deployment DeploymentID
	Run        RunID
}

// ParseExecutionID returns [ErrInvalid] unless text is the id of a deployment or of a run.
func ParseExecutionID(text string) (ExecutionID, error) {
	if id, err := ParseDeploymentID(text); err == nil {
		return ExecutionID{Deployment: id}, nil
	}
	if id, err := ParseRunID(text); err == nil {
		return ExecutionID{Run: id}, nil
	}
	return ExecutionID{}, fmt.Errorf("execution %q: an id looks like storefront_12_production_1 or storefront_nightly-backup_17: %w", text, ErrInvalid)
}

// Project returns the project whose process it is.
func (id ExecutionID) Project() string {
	if id.IsRun() {
		return id.Run.Project
	}
	return id.Deployment.Project
}

// IsRun tells whether id is that of a run.
func (id ExecutionID) IsRun() bool { return id.Run != RunID{} }

// String returns the text form; "" for the zero id.
func (id ExecutionID) String() string {
	if id.IsRun() {
		return id.Run.String()
	}
	return id.Deployment.String()
}

// MarshalText implements [encoding.TextMarshaler].
func (id ExecutionID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]; empty text is the zero id.
func (id *ExecutionID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ExecutionID{}
		return nil
	}
	parsed, err := ParseExecutionID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}

// An Execution is what the steps of a process have to know of the deployment or the
// run that they are of.
type Execution struct {
	ID          ExecutionID
	Status      Status
	Plan        string // hash of the plan that it carries out
	RequestedBy string
	Cancelling  *Cancellation
	Subject     events.Subject
}

// A Cancellation is somebody's wish that an execution that goes on ends: no further
// step starts.
type Cancellation struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Cause string    `json:"cause"` // for people
}

// Outcome returns how what is being cancelled ends: cancelled, unless it has succeeded
// all the same. Without a cancellation (nil), that is as o says.
func (c *Cancellation) Outcome(o Outcome) Outcome {
	if c == nil || o.Status == StatusSucceeded {
		return o
	}
	return Outcome{Status: StatusCancelled, Cause: c.Cause}
}

// Execution returns d as its steps see it.
func (d Deployment) Execution() Execution {
	return Execution{ID: ExecutionID{Deployment: d.ID}, Status: d.Status, Plan: d.Plan, RequestedBy: d.RequestedBy, Cancelling: d.Cancelling,
		Subject: events.Subject{Deployment: d.ID.String(), Project: d.ID.Project, Release: d.Version.String(), Environment: d.ID.Environment}}
}

// Execution returns r as its steps see it.
func (r Run) Execution() Execution {
	return Execution{ID: ExecutionID{Run: r.ID}, Status: r.Status, Plan: r.Plan, RequestedBy: r.RequestedBy, Cancelling: r.Cancelling,
		Subject: events.Subject{Run: r.ID.String(), Runbook: r.ID.Runbook, Project: r.ID.Project, Environment: r.Environment}}
}
