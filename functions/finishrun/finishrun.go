// Package finishrun records how a run of a runbook ended, starts the one that waits
// for it, and forgets the runs that are kept no longer.
package finishrun

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"slipway/events"
	"slipway/functions/finishdeployment"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// Store is where runs are kept.
type Store interface {
	Run(ctx context.Context, id pipeline.RunID) (pipeline.Run, error)
	Runbook(ctx context.Context, project, runbook string) (pipeline.RunbookState, error)
	OldestRuns(ctx context.Context, project, runbook string, n int) ([]pipeline.Run, error)
	Steps(ctx context.Context, id pipeline.ExecutionID) ([]pipeline.StepRun, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Projects tells how many runs a runbook keeps.
type Projects interface {
	InForce(ctx context.Context, name string) (pipeline.Project, error)
}

// Objects is where logs are kept.
type Objects interface {
	List(ctx context.Context, bucket, prefix string) iter.Seq2[objects.Entry, error]
	Delete(ctx context.Context, bucket string, keys ...string) error
}

// A Handler finishes runs.
type Handler struct {
	store    Store
	projects Projects
	objects  Objects
	bucket   string
	now      func() time.Time
}

// New returns a handler; bucket is the work bucket.
func New(store Store, projects Projects, o Objects, bucket string, now func() time.Time) *Handler {
	return &Handler{store, projects, o, bucket, now}
}

// A Task is what the state machine tells at the end of a run.
type Task struct {
	Run     pipeline.RunID  `json:"run"`
	Outcome pipeline.Status `json:"outcome"`
	Error   string          `json:"error"`
	Cause   string          `json:"cause"`
}

// An Input is a [Task] or, if it has a detail-type, the event that tells that an
// execution ended without one: stopped by a person, or failed in its last state.
type Input struct {
	Task
	DetailType string                       `json:"detail-type"`
	Detail     events.ExecutionStatusChange `json:"detail"`
}

// Handle ends the run and starts the next that waits, in one write. From the state
// machine, it returns [pipeline.ErrEnded] when the run has ended already; from the
// event, that is as it should be.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	id, outcome := in.Run, finishdeployment.Ended(in.Outcome, in.Error, in.Cause)
	if in.DetailType != "" {
		var err error
		if id, err = pipeline.ParseRunID(in.Detail.Name); err != nil {
			return struct{}{}, fmt.Errorf("execution %s is not a run's: %w", in.Detail.ExecutionARN, err)
		}
		outcome = finishdeployment.Abrupt(in.Detail)
	}
	err := h.store.Change(ctx, pipeline.ProjectChain(id.Project), func(ctx context.Context) (pipeline.Change, error) {
		return h.finish(ctx, id, outcome)
	})
	if in.DetailType != "" && errors.Is(err, pipeline.ErrEnded) {
		return struct{}{}, nil
	}
	if err != nil {
		return struct{}{}, fmt.Errorf("finish %s: %w", id, err)
	}
	return struct{}{}, h.forget(ctx, id)
}

func (h *Handler) finish(ctx context.Context, id pipeline.RunID, outcome pipeline.Outcome) (pipeline.Change, error) {
	run, err := h.store.Run(ctx, id)
	if err != nil {
		return pipeline.Change{}, err
	}
	state, err := h.store.Runbook(ctx, id.Project, id.Runbook)
	if err != nil {
		return pipeline.Change{}, err
	}
	waiting, err := Waiting(ctx, h.store, state, run.Environment)
	if err != nil {
		return pipeline.Change{}, err
	}
	changed, happened, err := state.Finish(run, run.Cancelling.Outcome(outcome), waiting, h.now())
	if err != nil {
		return pipeline.Change{}, err
	}
	return pipeline.Change{By: pipeline.System, Runs: changed, Events: happened, Runbooks: []pipeline.RunbookState{state}}, nil
}

// A RunReader reads one run.
type RunReader interface {
	Run(ctx context.Context, id pipeline.RunID) (pipeline.Run, error)
}

// Waiting returns the runs that wait in an environment, in their order.
func Waiting(ctx context.Context, read RunReader, state pipeline.RunbookState, environment string) ([]pipeline.Run, error) {
	var all []pipeline.Run
	for _, id := range state.Waiting[environment] {
		run, err := read.Run(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, run)
	}
	return all, nil
}
