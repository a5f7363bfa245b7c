package applyproject

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/schedule"
	"slipway/shared/trigger"
)

// Runbooks is where the runbooks of projects are kept.
type Runbooks interface {
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Projects(ctx context.Context, after string, n int) ([]string, error)
	Runbook(ctx context.Context, project, runbook string) (pipeline.RunbookState, error)
}

// Files reads project files.
type Files interface {
	InForce(ctx context.Context, name string) (pipeline.Project, error)
}

// A Synchronizer makes the triggers of a project what they should be; [trigger.Triggers] is one.
type Synchronizer interface {
	Sync(ctx context.Context, project string, runbooks []trigger.Wanted) error
}

// Triggers keeps the triggers of runbooks in step with the project files in force.
type Triggers struct {
	runbooks     Runbooks
	files        Files
	synchronizer Synchronizer
	now          func() time.Time
}

// NewTriggers returns triggers that s makes.
func NewTriggers(runbooks Runbooks, files Files, s Synchronizer, now func() time.Time) *Triggers {
	return &Triggers{runbooks, files, s, now}
}

// maxRounds is how often a file is read again that changes while its triggers are made.
const maxRounds = 5

// Sync makes the triggers of the project what its file in force says. If the file is
// replaced meanwhile, or a runbook is paused or resumed, it goes by that, so that of two
// calls the one that ends last leaves what is in force.
func (t *Triggers) Sync(ctx context.Context, project string) error {
	for range maxRounds {
		before, err := t.runbooks.Project(ctx, project)
		if err != nil {
			return err
		}
		wanted, err := t.wanted(ctx, project)
		if err == nil {
			err = t.synchronizer.Sync(ctx, project, wanted)
		}
		if err != nil {
			return err
		}
		stands, err := t.stands(ctx, before, wanted)
		if err != nil || stands {
			return err
		}
	}
	return fmt.Errorf("keep the triggers of project %s in step: its file, or what is paused, changed %d times meanwhile: %w", project, maxRounds, pipeline.ErrConflict)
}

// stands tells whether the file that was in force before still is, and what was paused
// still is, and nothing else.
func (t *Triggers) stands(ctx context.Context, before pipeline.ProjectRecord, made []trigger.Wanted) (bool, error) {
	after, err := t.runbooks.Project(ctx, before.Name)
	if err != nil || after.Document != before.Document {
		return false, err
	}
	for _, w := range made {
		state, err := t.runbooks.Runbook(ctx, before.Name, w.Runbook.Name)
		if err != nil || (state.Paused != nil) != w.Paused {
			return false, err
		}
	}
	return true, nil
}

// wanted returns the runbooks of the project as their triggers should be.
func (t *Triggers) wanted(ctx context.Context, name string) ([]trigger.Wanted, error) {
	project, err := t.files.InForce(ctx, name)
	if err != nil {
		return nil, err
	}
	var all []trigger.Wanted
	for _, runbook := range project.Runbooks {
		over, err := t.over(runbook.Schedule, t.now())
		if err != nil {
			return nil, err
		}
		if longOver, err := t.over(runbook.Schedule, t.now().Add(-underWay)); err != nil {
			return nil, err
		} else if longOver {
			runbook.Schedule, over = nil, false
		}
		if runbook.Schedule == nil && len(runbook.Events) == 0 {
			continue
		}
		state, err := t.runbooks.Runbook(ctx, name, runbook.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, trigger.Wanted{Runbook: runbook, Paused: state.Paused != nil, Over: over})
	}
	return all, nil
}

// underWay is how long after its time a slot may still be under way: Scheduler invokes
// within a minute, and tries again for a day.
const underWay = 24 * time.Hour

// over tells whether a schedule has no slot after the given time.
func (t *Triggers) over(s *pipeline.RunbookSchedule, after time.Time) (bool, error) {
	if s == nil {
		return false, nil
	}
	expression, err := schedule.Parse(s.Expression, s.Timezone)
	if err != nil {
		return false, err
	}
	_, left := expression.Next(after)
	return !left, nil
}

// batch is how many projects are listed at a time.
const batch = 100

// SyncAll does what Sync does for every project, so that what somebody has changed by
// hand lasts until the next call at most. A project that fails holds no other up.
func (t *Triggers) SyncAll(ctx context.Context) error {
	var failed error
	for after := ""; ; {
		names, err := t.runbooks.Projects(ctx, after, batch)
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, name := range names {
			failed = errors.Join(failed, t.Sync(ctx, name))
		}
		if len(names) < batch {
			return failed
		}
		after = names[batch-1]
	}
}
