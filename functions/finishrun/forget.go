package finishrun

import (
	"context"
	"fmt"

	"slipway/shared/pipeline"
)

// maxForgotten is how many runs one end forgets at most: more than one, so that a
// runbook that comes to keep fewer gets there.
const maxForgotten = 5

// maxForgottenSteps is how many steps one write removes at most: DynamoDB takes 100
// items in a transaction, of which one is the run and one the condition.
const maxForgottenSteps = 90

// forget removes the runs of id's runbook that are older than those it keeps, with
// their logs. The audit log keeps what they were. What is cut off is done at the next end.
func (h *Handler) forget(ctx context.Context, id pipeline.RunID) error {
	keep, err := h.keep(ctx, id)
	if err != nil {
		return err
	}
	oldest, err := h.store.OldestRuns(ctx, id.Project, id.Runbook, maxForgotten)
	if err != nil {
		return err
	}
	for _, run := range oldest {
		if run.ID.Number > id.Number-keep || !run.Status.Terminal() {
			continue
		}
		if err := h.forgetRun(ctx, run.ID); err != nil {
			return fmt.Errorf("forget run %s: %w", run.ID, err)
		}
	}
	return nil
}

// keep returns how many runs the runbook keeps, also one that is no longer in the file.
func (h *Handler) keep(ctx context.Context, id pipeline.RunID) (int, error) {
	project, err := h.projects.InForce(ctx, id.Project)
	if err != nil {
		return 0, err
	}
	if runbook, ok := project.Runbook(id.Runbook); ok {
		return runbook.Keep, nil
	}
	return pipeline.DefaultKeep, nil
}

// forgetRun removes a run's objects and then the run, so that none is left without it.
func (h *Handler) forgetRun(ctx context.Context, id pipeline.RunID) error {
	for _, folder := range []string{"logs", "jobs"} {
		var keys []string
		for entry, err := range h.objects.List(ctx, h.bucket, fmt.Sprintf("%s/%s/", folder, id)) {
			if err != nil {
				return err
			}
			keys = append(keys, entry.Key)
		}
		if len(keys) == 0 {
			continue
		}
		if err := h.objects.Delete(ctx, h.bucket, keys...); err != nil {
			return err
		}
	}
	forgotten := pipeline.ForgottenRun{StepsOnly: true}
	for forgotten.StepsOnly {
		err := h.store.Change(ctx, pipeline.ProjectChain(id.Project), func(ctx context.Context) (pipeline.Change, error) {
			steps, err := h.store.Steps(ctx, pipeline.ExecutionID{Run: id})
			if err != nil {
				return pipeline.Change{}, err
			}
			forgotten = pipeline.ForgottenRun{Run: id, StepsOnly: len(steps) > maxForgottenSteps}
			for _, s := range steps[:min(len(steps), maxForgottenSteps)] {
				forgotten.Steps = append(forgotten.Steps, s.Step)
			}
			return pipeline.Change{By: pipeline.System, Forgotten: []pipeline.ForgottenRun{forgotten}}, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
