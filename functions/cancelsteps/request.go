package cancelsteps

import (
	"context"
	"fmt"
	"time"

	"slipway/events"
	"slipway/functions/finishrun"
	"slipway/functions/lockenvironment"
	"slipway/shared/pipeline"
)

// Store is where deployments and runs are kept.
type Store interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Environment(ctx context.Context, project, name string) (pipeline.Environment, error)
	Run(ctx context.Context, id pipeline.RunID) (pipeline.Run, error)
	Runbook(ctx context.Context, project, runbook string) (pipeline.RunbookState, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// A Canceller ends deployments and runs early.
type Canceller struct {
	store Store
	now   func() time.Time
}

// NewCanceller returns a canceller.
func NewCanceller(store Store, now func() time.Time) *Canceller { return &Canceller{store, now} }

// Cancel ends what id names, for by, who may say why: at once when none of its steps
// has started, else after the step that goes on, which is cancelled where it can be. It
// returns [pipeline.ErrEnded] when it has ended already; asking again changes nothing.
func (c *Canceller) Cancel(ctx context.Context, id pipeline.ExecutionID, by, note string) error {
	cause := "cancelled by " + by
	if note != "" {
		cause += ": " + note
	}
	if len(note) > pipeline.MaxNote {
		return fmt.Errorf("the note has %d bytes; at most %d are kept: say the rest elsewhere: %w", len(note), pipeline.MaxNote, pipeline.ErrInvalid)
	}
	return c.store.Change(ctx, pipeline.ProjectChain(id.Project()), func(ctx context.Context) (change pipeline.Change, err error) {
		cancellation := pipeline.Cancellation{By: by, At: c.now(), Cause: cause}
		if id.IsRun() {
			change, err = c.run(ctx, id.Run, cancellation)
		} else {
			change, err = c.deployment(ctx, id.Deployment, cancellation)
		}
		change.By = by
		return change, err
	})
}

func (c *Canceller) run(ctx context.Context, id pipeline.RunID, cancellation pipeline.Cancellation) (pipeline.Change, error) {
	run, err := c.store.Run(ctx, id)
	if err != nil {
		return pipeline.Change{}, err
	}
	if run.Status != pipeline.StatusQueued {
		event, err := run.Cancel(cancellation)
		if err != nil || event == nil {
			return pipeline.Change{}, err
		}
		return pipeline.Change{Runs: []pipeline.Run{run}, Events: []events.Event{event}}, nil
	}
	state, err := c.store.Runbook(ctx, id.Project, id.Runbook)
	if err != nil {
		return pipeline.Change{}, err
	}
	waiting, err := finishrun.Waiting(ctx, c.store, state, run.Environment)
	if err != nil {
		return pipeline.Change{}, err
	}
	changed, happened, err := state.Finish(run, cancellation.Outcome(pipeline.Outcome{}), waiting, c.now())
	return pipeline.Change{Runs: changed, Events: happened, Runbooks: []pipeline.RunbookState{state}}, err
}

func (c *Canceller) deployment(ctx context.Context, id pipeline.DeploymentID, cancellation pipeline.Cancellation) (pipeline.Change, error) {
	d, err := c.store.Deployment(ctx, id)
	if err != nil {
		return pipeline.Change{}, err
	}
	if d.Status == pipeline.StatusRunning || d.Status.Terminal() {
		event, err := d.Cancel(cancellation)
		if err != nil || event == nil {
			return pipeline.Change{}, err
		}
		return pipeline.Change{Deployments: []pipeline.Deployment{d}, Events: []events.Event{event}}, nil
	}
	e, err := c.store.Environment(ctx, id.Project, id.Environment)
	if err != nil {
		return pipeline.Change{}, err
	}
	waiting, err := lockenvironment.Waiting(ctx, c.store, e)
	if err != nil {
		return pipeline.Change{}, err
	}
	changed, happened, err := e.Finish(d, cancellation.Outcome(pipeline.Outcome{}), waiting, c.now())
	return pipeline.Change{Deployments: changed, Events: happened, Environments: []pipeline.Environment{e}}, err
}
