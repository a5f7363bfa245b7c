package pipeline

import (
	"fmt"
	"slices"
	"time"

	"slipway/events"
)

// A Run is one execution of a runbook in one environment. Its status is queued,
// running, succeeded, failed or cancelled.
type Run struct {
	ID          RunID          `json:"id"`
	Environment string         `json:"environment"`
	Status      Status         `json:"status"`
	Trigger     events.Trigger `json:"trigger"`
	Document    string         `json:"document"`    // digest of the project file that its process comes from
	Draft       bool           `json:"draft"`       // whether that was not published
	Plan        string         `json:"plan"`        // hash of what it does
	RequestedBy string         `json:"requestedBy"` // a person, or [System]
	RequestedAt time.Time      `json:"requestedAt"`
	StartedAt   time.Time      `json:"startedAt,omitzero"`
	FinishedAt  time.Time      `json:"finishedAt,omitzero"`
	Reason      string         `json:"reason,omitempty"` // why it ended other than by success
	Cancelling  *Cancellation  `json:"cancelling,omitempty"`
}

// The kinds of triggers.
const (
	TriggerHand     = "hand"
	TriggerSchedule = "schedule"
	TriggerEvent    = "event"
)

// Subject returns what events about r call it.
func (r Run) Subject() events.Run {
	return events.Run{Run: r.ID.String(), Project: r.ID.Project, Runbook: r.ID.Runbook, Environment: r.Environment}
}

// start moves r to running at now.
func (r *Run) start(now time.Time) events.Event {
	queued := r.Status == StatusQueued
	r.Status, r.StartedAt = StatusRunning, now
	return events.RunbookStarted{Run: r.Subject(), Plan: r.Plan, Queued: queued}
}

// end moves r to its terminal status at now, or returns [ErrEnded].
func (r *Run) end(o Outcome, now time.Time) (events.Event, error) {
	switch {
	case r.Status.Terminal():
		return nil, fmt.Errorf("run %s is %s: %w", r.ID, r.Status, ErrEnded)
	case !slices.Contains([]Status{StatusSucceeded, StatusFailed, StatusCancelled}, o.Status):
		return nil, fmt.Errorf("run %s: outcome %q: want succeeded, failed or cancelled: %w", r.ID, o.Status, ErrInvalid)
	}
	r.Status, r.FinishedAt = o.Status, now
	event := events.RunbookFinished{Run: r.Subject(), Status: string(o.Status)}
	switch o.Status {
	case StatusFailed:
		r.Reason = o.Error + ": " + o.Cause
		event.Error, event.Cause = o.Error, o.Cause
	case StatusCancelled:
		r.Reason = o.Cause
		event.Cause = o.Cause
	}
	return event, nil
}
