// Package startrunbook makes runs of runbooks, by schedule, by event and by hand, and
// starts their executions.
package startrunbook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/platform"
	"slipway/shared/trigger"
)

// Store is where projects and runs are kept.
type Store interface {
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Runbook(ctx context.Context, project, runbook string) (pipeline.RunbookState, error)
	Run(ctx context.Context, id pipeline.RunID) (pipeline.Run, error)
	Occasion(ctx context.Context, project, runbook, environment, key string) (pipeline.Occasion, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Planner makes plans.
type Planner interface {
	InForce(ctx context.Context, name string) (pipeline.Project, error)
	ProposeRun(ctx context.Context, r planning.RunRequest) (pipeline.Plan, error)
}

// Plans is where plans are kept.
type Plans interface {
	Keep(ctx context.Context, p pipeline.Plan) (hash string, err error)
	Read(ctx context.Context, hash string) (pipeline.Plan, error)
}

// Executions starts executions.
type Executions interface {
	Start(ctx context.Context, machine, name string, input any) error
}

// A Handler makes runs and starts them.
type Handler struct {
	store      Store
	planner    Planner
	plans      Plans
	platform   platform.Platform
	executions Executions
	machine    string
	now        func() time.Time
}

// New returns a handler that knows the people of p and starts executions of machine,
// the ARN of Runbook; a handler that only makes runs needs neither executions nor machine.
func New(store Store, planner Planner, plans Plans, p platform.Platform, executions Executions, machine string, now func() time.Time) *Handler {
	return &Handler{store, planner, plans, p, executions, machine, now}
}

// Handle makes the runs that a schedule or an event asks for, in each environment of
// the runbook, or starts the execution of a run. What comes again makes nothing again.
// What may make no run is recorded, with the reason.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	var err error
	switch e.DetailType {
	case events.RunbookStarted{}.Type():
		err = h.start(ctx, e)
	case trigger.Due:
		err = h.due(ctx, e)
	case trigger.Happened:
		err = h.happened(ctx, e)
	default:
		err = fmt.Errorf("it starts no runbook: %w", pipeline.ErrInvalid)
	}
	if err != nil {
		return struct{}{}, fmt.Errorf("%s %s: %w", e.DetailType, e.ID, err)
	}
	return struct{}{}, nil
}

// An Input is the input of an execution of Runbook.
type Input struct {
	Run   string             `json:"run"`
	Plan  string             `json:"plan"` // its hash
	Steps []planning.Attempt `json:"steps"`
}

// start starts the execution that is named after the run; see startdeployment.
func (h *Handler) start(ctx context.Context, e events.Raw) error {
	var started events.RunbookStarted
	if err := json.Unmarshal(e.Detail, &started); err != nil {
		return err
	}
	id, err := pipeline.ParseRunID(started.Run.Run)
	if err != nil {
		return err
	}
	plan, err := h.plans.Read(ctx, started.Plan)
	if err != nil {
		return err
	}
	return h.executions.Start(ctx, h.machine, id.String(), Input{id.String(), started.Plan, planning.Attempts(plan)})
}

// due makes the runs of a slot.
func (h *Handler) due(ctx context.Context, e events.Raw) error {
	var slot trigger.Slot
	if err := json.Unmarshal(e.Detail, &slot); err != nil {
		return err
	}
	if slot.At.IsZero() || slot.Project == "" || slot.Runbook == "" {
		return fmt.Errorf("detail %s: it names no slot of a runbook: %w", e.Detail, pipeline.ErrInvalid)
	}
	at := slot.At.UTC()
	return h.everywhere(ctx, Request{Project: slot.Project, Runbook: slot.Runbook, Occasion: "slot " + at.Format(time.RFC3339), By: pipeline.System,
		Trigger:  events.Trigger{Kind: pipeline.TriggerSchedule, Slot: at},
		Schedule: pipeline.RunbookSchedule{Expression: slot.Expression, Timezone: slot.Timezone}})
}

// happened makes the runs that an event asks for.
func (h *Handler) happened(ctx context.Context, e events.Raw) error {
	var event trigger.Event
	if err := json.Unmarshal(e.Detail, &event); err != nil {
		return err
	}
	if event.ID == "" || event.Project == "" || event.Runbook == "" {
		return fmt.Errorf("detail %s: it names no event for a runbook: %w", e.Detail, pipeline.ErrInvalid)
	}
	return h.everywhere(ctx, Request{Project: event.Project, Runbook: event.Runbook, Occasion: "event " + cmp.Or(event.Record, event.ID), By: pipeline.System,
		Trigger: events.Trigger{Kind: pipeline.TriggerEvent, Event: event.ID, Alarm: event.Alarm}})
}

// everywhere makes a run in each environment of the runbook. One that is gone from the
// project file has none, and there is nothing to skip.
func (h *Handler) everywhere(ctx context.Context, r Request) error {
	project, err := h.planner.InForce(ctx, r.Project)
	if err != nil {
		return err
	}
	runbook, ok := project.Runbook(r.Runbook)
	if !ok {
		return nil
	}
	for _, environment := range runbook.Environments {
		r.Environment = environment
		if err := h.trigger(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// trigger makes the run, or records why none is made.
func (h *Handler) trigger(ctx context.Context, r Request) error {
	return h.store.Change(ctx, pipeline.ProjectChain(r.Project), func(ctx context.Context) (pipeline.Change, error) {
		c, _, err := h.begin(ctx, r)
		for _, refusal := range []error{pipeline.ErrRefused, pipeline.ErrInvalid} {
			if errors.Is(err, refusal) {
				return skip(r, pipeline.Message(err)), nil
			}
		}
		return c, err
	})
}

// skip returns the change that records that the request made no run.
func skip(r Request, reason string) pipeline.Change {
	return pipeline.Change{By: r.By,
		Occasions: []pipeline.Occasion{{Project: r.Project, Runbook: r.Runbook, Environment: r.Environment, Key: r.Occasion, Reason: reason}},
		Events:    []events.Event{events.RunbookSkipped{Project: r.Project, Runbook: r.Runbook, Environment: r.Environment, Trigger: r.Trigger, Reason: reason}}}
}
