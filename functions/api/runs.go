package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"slipway/shared/pipeline"
)

// A Run is a run of a runbook as the API tells it; times are RFC 3339, null for what
// has not come to pass.
type Run struct {
	ID          string     `json:"id"`
	Project     string     `json:"project"`
	Runbook     string     `json:"runbook"`
	Environment string     `json:"environment"`
	Status      string     `json:"status"`
	Trigger     RunTrigger `json:"trigger"`
	Document    string     `json:"document"` // digest of the project file that it runs
	Draft       bool       `json:"draft"`
	Plan        string     `json:"plan"`
	RequestedBy string     `json:"requestedBy"`
	RequestedAt *string    `json:"requestedAt"`
	StartedAt   *string    `json:"startedAt"`
	FinishedAt  *string    `json:"finishedAt"`
	Reason      string     `json:"reason,omitempty"`     // why it ended other than by success
	Cancelling  string     `json:"cancelling,omitempty"` // why it is to end early, while it goes on
	Steps       []Step     `json:"steps,omitempty"`      // of one that is shown alone: those that have started
}

// A RunTrigger is what made a run.
type RunTrigger struct {
	Kind  string  `json:"kind"` // hand, schedule or event
	Slot  *string `json:"slot,omitempty"`
	Event string  `json:"event,omitempty"`
	Alarm string  `json:"alarm,omitempty"`
}

func reportRun(r pipeline.Run) Run {
	out := Run{ID: r.ID.String(), Project: r.ID.Project, Runbook: r.ID.Runbook, Environment: r.Environment, Status: string(r.Status),
		Trigger:  RunTrigger{Kind: r.Trigger.Kind, Slot: moment(r.Trigger.Slot), Event: r.Trigger.Event, Alarm: r.Trigger.Alarm},
		Document: r.Document, Draft: r.Draft, Plan: r.Plan, RequestedBy: r.RequestedBy, Reason: r.Reason,
		RequestedAt: moment(r.RequestedAt), StartedAt: moment(r.StartedAt), FinishedAt: moment(r.FinishedAt)}
	if r.Cancelling != nil && !r.Status.Terminal() {
		out.Cancelling = r.Cancelling.Cause
	}
	return out
}

func (a *API) run(r *http.Request) (pipeline.Run, error) {
	id, err := pipeline.ParseRunID(r.PathValue("run"))
	if err != nil {
		return pipeline.Run{}, err
	}
	return a.Store.Run(r.Context(), id)
}

func (a *API) showRun(r *http.Request) (any, error) {
	run, err := a.run(r)
	if err != nil {
		return nil, err
	}
	out := reportRun(run)
	out.Steps, err = a.steps(r, pipeline.ExecutionID{Run: run.ID})
	return out, err
}

func (a *API) runLogs(r *http.Request) (any, error) {
	run, err := a.run(r)
	if err != nil {
		return nil, err
	}
	return a.logsOf(r, pipeline.ExecutionID{Run: run.ID})
}

func (a *API) decideRun(r *http.Request) (any, error) {
	run, err := a.run(r)
	if err == nil {
		err = a.decideOn(r, pipeline.ExecutionID{Run: run.ID})
	}
	if err != nil {
		return nil, err
	}
	return a.showRun(r)
}

// mayCancel returns [pipeline.ErrRefused] unless whoever asks may run the runbook, as
// its file in force says, or asked for the run.
func (a *API) mayCancel(r *http.Request, run pipeline.Run) error {
	by, err := caller(r)
	if err != nil {
		return err
	}
	project, err := a.Planner.InForce(r.Context(), run.ID.Project)
	if err != nil {
		return err
	}
	runbook, _ := project.Runbook(run.ID.Runbook) // one that is gone from the file restricts nobody
	if len(runbook.RunBy) == 0 || by == run.RequestedBy || a.Platform.IsMember(by, slices.Concat(runbook.RunBy, runbook.DraftBy)...) {
		return nil
	}
	return fmt.Errorf("%q may not cancel run %s: run-by lists %s: %w", by, run.ID, strings.Join(runbook.RunBy, " and "), pipeline.ErrRefused)
}

func (a *API) cancelRun(r *http.Request) (any, error) {
	run, err := a.run(r)
	if err == nil {
		err = a.mayCancel(r, run)
	}
	if err == nil {
		err = a.cancel(r, pipeline.ExecutionID{Run: run.ID})
	}
	if err != nil {
		return nil, err
	}
	return a.showRun(r)
}
