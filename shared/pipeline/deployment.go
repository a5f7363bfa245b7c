package pipeline

import (
	"fmt"
	"slices"
	"time"

	"slipway/events"
)

// System is who acts when a lifecycle and not a person does.
const System = "slipway"

// A Status is where a deployment stands.
type Status string

// The statuses; the last five are terminal.
const (
	StatusRequested        Status = "requested"
	StatusAwaitingApproval Status = "awaiting-approval"
	StatusQueued           Status = "queued"
	StatusRunning          Status = "running"
	StatusSucceeded        Status = "succeeded"
	StatusFailed           Status = "failed"
	StatusCancelled        Status = "cancelled"
	StatusRejected         Status = "rejected"
	StatusSuperseded       Status = "superseded"
)

// successors are the statuses that may follow each status; a terminal one has none.
var successors = map[Status][]Status{
	StatusRequested:        {StatusAwaitingApproval, StatusQueued, StatusRunning, StatusFailed, StatusCancelled, StatusSuperseded},
	StatusAwaitingApproval: {StatusAwaitingApproval, StatusQueued, StatusRunning, StatusFailed, StatusCancelled, StatusRejected, StatusSuperseded},
	StatusQueued:           {StatusRunning, StatusFailed, StatusCancelled, StatusSuperseded},
	StatusRunning:          {StatusSucceeded, StatusFailed, StatusCancelled},
}

// Terminal tells whether a deployment with status s has ended.
func (s Status) Terminal() bool { return len(successors[s]) == 0 }

// A Deployment is one attempt to put one release into one environment.
type Deployment struct {
	ID          DeploymentID  `json:"id"`
	Version     Version       `json:"version"`  // of the release
	PushedAt    time.Time     `json:"pushedAt"` // of the release
	Status      Status        `json:"status"`
	Automatic   bool          `json:"automatic"`
	Via         string        `json:"via,omitempty"` // the attempt at a step that asked for it, if one did
	RequestedBy string        `json:"requestedBy"`
	RequestedAt time.Time     `json:"requestedAt"`
	StartedAt   time.Time     `json:"startedAt,omitzero"`
	FinishedAt  time.Time     `json:"finishedAt,omitzero"`
	Plan        string        `json:"plan,omitempty"`   // hash of the plan that was asked about or carried out last
	Asked       *Asked        `json:"asked,omitempty"`  // what approval of Plan takes, once asked for
	Token       string        `json:"token,omitempty"`  // answers the wait that the status tells of
	Reason      string        `json:"reason,omitempty"` // why it ended other than by success
	Rollback    *Rollback     `json:"rollback,omitempty"`
	Cancelling  *Cancellation `json:"cancelling,omitempty"`
	Before      DeploymentID  `json:"before,omitzero"` // once it has succeeded: what a rollback of it goes back to

	Approvals []Approval `json:"approvals,omitempty"` // in the order of their decisions, those of void plans included
}

// A Requester is in whose name a deployment is asked for, and by which step, if by one.
type Requester struct {
	By  string
	Via string // see [Deployment]; asking again by the same way asks for the same deployment
}

// NewDeployment returns attempt number attempt to put r into environment, and the event of it.
func NewDeployment(r Release, environment string, attempt int, by Requester, now time.Time) (Deployment, events.Event) {
	d := Deployment{
		ID:      DeploymentID{Project: r.Project, Release: r.Number, Environment: environment, Attempt: attempt},
		Version: r.Version, PushedAt: r.PushedAt, Status: StatusRequested, Automatic: by.By == System, RequestedBy: by.By, Via: by.Via, RequestedAt: now,
	}
	return d, events.DeploymentRequested{Deployment: d.Subject(), Automatic: d.Automatic}
}

// NewRollback requests the release r of the deployment rollback.To again, on behalf of
// by. Before is what a rollback of that one goes back to.
func NewRollback(r Release, rollback Rollback, before DeploymentID, attempt int, by Requester, now time.Time) (Deployment, events.Event) {
	d, _ := NewDeployment(r, rollback.To.Environment, attempt, by, now)
	d.Automatic, d.Rollback, d.Before = false, &rollback, before
	return d, events.DeploymentRequested{Deployment: d.Subject(), Rollback: rollback.Of.String()}
}

// Subject returns what events about d call it.
func (d Deployment) Subject() events.Deployment {
	return events.Deployment{Deployment: d.ID.String(), Project: d.ID.Project, Release: d.Version.String(), Environment: d.ID.Environment, Via: d.Via}
}

// move sets the status. A terminal status is never left: [ErrEnded].
func (d *Deployment) move(to Status) error {
	switch {
	case d.Status.Terminal():
		return fmt.Errorf("deployment %s is %s: %w", d.ID, d.Status, ErrEnded)
	case !slices.Contains(successors[d.Status], to):
		return fmt.Errorf("deployment %s is %s and cannot become %s: %w", d.ID, d.Status, to, ErrRefused)
	}
	d.Status = to
	return nil
}

// start moves d to running at now with the plan that it carries out.
func (d *Deployment) start(plan string, queued bool, now time.Time) (events.Event, error) {
	if err := d.move(StatusRunning); err != nil {
		return nil, err
	}
	d.Plan, d.StartedAt = plan, now
	return events.DeploymentStarted{Deployment: d.Subject(), Plan: plan, Queued: queued}, nil
}

// queue moves d to queued behind holder; token wakes it.
func (d *Deployment) queue(plan, token string, holder DeploymentID) (events.Event, error) {
	if err := d.move(StatusQueued); err != nil {
		return nil, err
	}
	d.Plan, d.Token = plan, token
	return events.DeploymentQueued{Deployment: d.Subject(), Plan: plan, Holder: holder.String()}, nil
}

// supersede ends d in favour of successor, a deployment of a newer release.
func (d *Deployment) supersede(successor DeploymentID, now time.Time) (events.Event, error) {
	queued := d.Status == StatusQueued
	if err := d.move(StatusSuperseded); err != nil {
		return nil, err
	}
	d.FinishedAt = now
	d.Reason = fmt.Sprintf("superseded by %s, a newer release", successor)
	if d.Rollback != nil {
		d.Reason = fmt.Sprintf("%s, which it was to take back, is no longer deployed: %s is", d.Rollback.Of, successor)
	}
	return events.DeploymentSuperseded{Deployment: d.Subject(), Successor: successor.String(), Queued: queued}, nil
}

// Cancel notes that somebody wants d, which runs, to end: no further step of it
// starts. It returns [ErrEnded] when d has ended. Cancelling again changes nothing and
// gives no event.
func (d *Deployment) Cancel(c Cancellation) (events.Event, error) {
	if d.Status.Terminal() {
		return nil, fmt.Errorf("deployment %s is %s: %w", d.ID, d.Status, ErrEnded)
	}
	if d.Cancelling != nil {
		return nil, nil
	}
	d.Cancelling = &c
	return events.DeploymentCancelling{Deployment: d.Subject(), Cause: c.Cause}, nil
}

// An Outcome is how a deployment that was not decided against ends.
type Outcome struct {
	Status Status // succeeded, failed or cancelled
	Error  string // of a failure: its name
	Cause  string // of a failure or a cancellation
}

// end moves d to its terminal status at now.
func (d *Deployment) end(o Outcome, now time.Time) (events.Event, error) {
	if !slices.Contains([]Status{StatusSucceeded, StatusFailed, StatusCancelled}, o.Status) {
		return nil, fmt.Errorf("deployment %s: outcome %q: want succeeded, failed or cancelled: %w", d.ID, o.Status, ErrInvalid)
	}
	if err := d.move(o.Status); err != nil {
		return nil, err
	}
	d.FinishedAt = now
	switch o.Status {
	case StatusSucceeded:
		return events.DeploymentSucceeded{Deployment: d.Subject()}, nil
	case StatusCancelled:
		d.Reason = o.Cause
		return events.DeploymentCancelled{Deployment: d.Subject(), Cause: o.Cause}, nil
	}
	d.Reason = o.Error + ": " + o.Cause
	return events.DeploymentFailed{Deployment: d.Subject(), Error: o.Error, Cause: o.Cause}, nil
}
