package pipeline

import (
	"fmt"
	"time"

	"slipway/events"
)

// A StepRun is how far a step of a deployment or of a run has come: its latest attempt.
type StepRun struct {
	Execution  ExecutionID       `json:"execution"`
	Step       string            `json:"step"`
	Kind       string            `json:"kind"`
	Attempt    int               `json:"attempt"` // from 1
	Status     Status            `json:"status"`  // running, succeeded or failed
	Token      string            `json:"token,omitempty"`
	StartedAt  time.Time         `json:"startedAt"`
	FinishedAt time.Time         `json:"finishedAt,omitzero"`
	Outputs    map[string]string `json:"outputs,omitempty"`
	Error      string            `json:"error,omitempty"`
	Cause      string            `json:"cause,omitempty"`
	Permanent  bool              `json:"permanent,omitempty"` // of a failure: another attempt would fail alike
	Asked      *Asked            `json:"asked,omitempty"`     // what its approval takes, of a step that asks for one
	Approvals  []Approval        `json:"approvals,omitempty"` // in the order of their decisions
}

// StartStep begins attempt number attempt at a step of x, which must be running, and
// go on: [ErrEnded], [ErrCancelling] or [ErrRefused] otherwise.
func (x Execution) StartStep(step, kind string, attempt int, token string, now time.Time) (StepRun, events.Event, error) {
	switch {
	case x.Status.Terminal():
		return StepRun{}, nil, fmt.Errorf("%s is %s; step %s does not start: %w", x.ID, x.Status, step, ErrEnded)
	case x.Status != StatusRunning:
		return StepRun{}, nil, fmt.Errorf("%s is %s and does not hold its environment; step %s does not start: %w", x.ID, x.Status, step, ErrRefused)
	case x.Cancelling != nil:
		return StepRun{}, nil, fmt.Errorf("%s; step %s does not start: %w", x.Cancelling.Cause, step, ErrCancelling)
	}
	run := StepRun{Execution: x.ID, Step: step, Kind: kind, Attempt: attempt, Status: StatusRunning, Token: token, StartedAt: now}
	return run, events.StepStarted{Subject: x.Subject, Step: step, Kind: kind, Attempt: attempt}, nil
}

// A StepResult is how an attempt at a step ended.
type StepResult struct {
	Outputs   map[string]string
	Error     string // empty for a success
	Cause     string
	Permanent bool // of a failure: another attempt would fail alike
}

// Finish ends the attempt with result r. It returns [ErrEnded] when it has ended already.
func (s *StepRun) Finish(x Execution, r StepResult, now time.Time) (events.Event, error) {
	if s.Status != StatusRunning {
		return nil, fmt.Errorf("step %s of %s is %s: %w", s.Step, s.Execution, s.Status, ErrEnded)
	}
	s.Status, s.FinishedAt, s.Outputs = StatusSucceeded, now, r.Outputs
	s.Error, s.Cause, s.Permanent = r.Error, r.Cause, r.Permanent
	if r.Error != "" {
		s.Status = StatusFailed
	}
	return events.StepFinished{Subject: x.Subject, Step: s.Step, Kind: s.Kind, Attempt: s.Attempt,
		Status: string(s.Status), Error: r.Error, Cause: r.Cause, Outputs: r.Outputs}, nil
}
