package applyproject

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slipway/events"
	"slipway/shared/pipeline"
)

// A RunbookChange is what a person changes of a runbook beside its file.
type RunbookChange struct {
	Project string
	Runbook string
	By      string
	Note    string // why, of a pause
}

// Publish lets triggers, and people who run the runbook, run the version that is in
// force. It returns [pipeline.ErrRefused] when the person may not, or the runbook is
// published by itself.
func (h *Handler) Publish(ctx context.Context, c RunbookChange) error {
	return h.changeRunbook(ctx, c, func(runbook pipeline.Runbook, state *pipeline.RunbookState, inForce string) (events.Event, error) {
		switch {
		case runbook.Publish == pipeline.EntryAutomatic:
			return nil, fmt.Errorf("runbook %s is published by itself whenever the project file is applied; write publish: on-request to do it by hand: %w", c.Runbook, pipeline.ErrRefused)
		case !h.platform.IsMember(c.By, runbook.DraftBy...):
			return nil, fmt.Errorf("%q may not publish %s: draft-by lists %s: %w", c.By, c.Runbook, strings.Join(runbook.DraftBy, " and "), pipeline.ErrRefused)
		case state.Published != nil && state.Published.Document == inForce:
			return nil, nil
		}
		state.Published = &pipeline.Publication{Document: inForce, By: c.By, At: h.now()}
		return events.RunbookPublished{Project: c.Project, Runbook: c.Runbook, Document: inForce}, nil
	})
}

// Pause keeps the runbook's triggers from starting it.
func (h *Handler) Pause(ctx context.Context, c RunbookChange) error {
	if len(c.Note) > pipeline.MaxNote {
		return fmt.Errorf("the note has %d bytes; at most %d are kept: say the rest elsewhere: %w", len(c.Note), pipeline.MaxNote, pipeline.ErrInvalid)
	}
	err := h.changeRunbook(ctx, c, func(runbook pipeline.Runbook, state *pipeline.RunbookState, _ string) (events.Event, error) {
		if err := h.mayOperate(c, runbook); err != nil || state.Paused != nil {
			return nil, err
		}
		state.Paused = &pipeline.Pause{By: c.By, At: h.now(), Note: c.Note}
		return events.RunbookPaused{Project: c.Project, Runbook: c.Runbook, Note: c.Note}, nil
	})
	if err != nil {
		return err
	}
	return h.triggers.Sync(ctx, c.Project)
}

// Resume lets the runbook's triggers start it again.
func (h *Handler) Resume(ctx context.Context, c RunbookChange) error {
	err := h.changeRunbook(ctx, c, func(runbook pipeline.Runbook, state *pipeline.RunbookState, _ string) (events.Event, error) {
		if err := h.mayOperate(c, runbook); err != nil || state.Paused == nil {
			return nil, err
		}
		state.Paused = nil
		return events.RunbookResumed{Project: c.Project, Runbook: c.Runbook}, nil
	})
	if err != nil {
		return err
	}
	return h.triggers.Sync(ctx, c.Project)
}

// mayOperate returns [pipeline.ErrRefused] unless the person may run the runbook.
func (h *Handler) mayOperate(c RunbookChange, runbook pipeline.Runbook) error {
	allowed := slices.Concat(runbook.RunBy, runbook.DraftBy)
	if len(runbook.RunBy) == 0 || h.platform.IsMember(c.By, allowed...) {
		return nil
	}
	return fmt.Errorf("%q may not pause or resume %s: run-by lists %s: %w", c.By, c.Runbook, strings.Join(runbook.RunBy, " and "), pipeline.ErrRefused)
}

// changeRunbook makes a change of a runbook's state, unless decide gives no event.
func (h *Handler) changeRunbook(ctx context.Context, c RunbookChange,
	decide func(runbook pipeline.Runbook, state *pipeline.RunbookState, inForce string) (events.Event, error)) error {
	return h.projects.Change(ctx, pipeline.ProjectChain(c.Project), func(ctx context.Context) (pipeline.Change, error) {
		record, err := h.projects.Project(ctx, c.Project)
		if err != nil {
			return pipeline.Change{}, err
		}
		project, err := h.triggers.files.InForce(ctx, c.Project)
		if err != nil {
			return pipeline.Change{}, err
		}
		runbook, ok := project.Runbook(c.Runbook)
		if !ok {
			return pipeline.Change{}, fmt.Errorf("the project file of %s has no runbook %s: %w", c.Project, c.Runbook, pipeline.ErrNotFound)
		}
		state, err := h.triggers.runbooks.Runbook(ctx, c.Project, c.Runbook)
		if err != nil {
			return pipeline.Change{}, err
		}
		event, err := decide(runbook, &state, record.Document)
		if err != nil || event == nil {
			return pipeline.Change{}, err
		}
		return pipeline.Change{By: c.By, Runbooks: []pipeline.RunbookState{state}, Events: []events.Event{event}}, nil
	})
}
