package pipeline

import (
	"fmt"
	"time"

	"slipway/events"
)

// A StepRun is how far a step of a deployment has come: its latest attempt.
type StepRun struct {
	Deployment DeploymentID      `json:"deployment"`
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
}

// StartStep begins attempt number attempt at a step of d, which must be running:
// [ErrEnded] or [ErrRefused] otherwise.
func (d Deployment) StartStep(step, kind string, attempt int, token string, now time.Time) (StepRun, events.Event, error) {
	switch {
	case d.Status.Terminal():
		return StepRun{}, nil, fmt.Errorf("deployment %s is %s; step %s does not start: %w", d.ID, d.Status, step, ErrEnded)
	case d.Status != StatusRunning:
		return StepRun{}, nil, fmt.Errorf("deployment %s is %s and does not hold its environment; step %s does not start: %w", d.ID, d.Status, step, ErrRefused)
	}
	run := StepRun{Deployment: d.ID, Step: step, Kind: kind, Attempt: attempt, Status: StatusRunning, Token: token, StartedAt: now}
	return run, events.StepStarted{Deployment: d.Subject(), Step: step, Kind: kind, Attempt: attempt}, nil
}

// A StepResult is how an attempt at a step ended.
type StepResult struct {
	Outputs   map[string]string
	Error     string // empty for a success
	Cause     string
	Permanent bool // of a failure: another attempt would fail alike
}

// Finish ends the attempt with result r. It returns [ErrEnded] when it has ended already.
func (s *StepRun) Finish(d Deployment, r StepResult, now time.Time) (events.Event, error) {
	if s.Status != StatusRunning {
		return nil, fmt.Errorf("step %s of deployment %s is %s: %w", s.Step, s.Deployment, s.Status, ErrEnded)
	}
	s.Status, s.FinishedAt, s.Outputs = StatusSucceeded, now, r.Outputs
	s.Error, s.Cause, s.Permanent = r.Error, r.Cause, r.Permanent
	if r.Error != "" {
		s.Status = StatusFailed
	}
	return events.StepFinished{Deployment: d.Subject(), Step: s.Step, Kind: s.Kind, Attempt: s.Attempt,
		Status: string(s.Status), Error: r.Error, Cause: r.Cause, Outputs: r.Outputs}, nil
}
