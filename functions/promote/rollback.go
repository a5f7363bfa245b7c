package promote

import (
	"context"
	"fmt"

	"slipway/events"
	"slipway/shared/pipeline"
)

// Rollback asks, in the name of by, for a deployment that takes back what a project
// has in environment: of the release that succeeded there before, with the process
// and the variables of its snapshot. It returns [pipeline.ErrRefused], and requests
// nothing, when there is nothing to go back to, while a gate is closed, or while an
// attempt is under way.
func (h *Handler) Rollback(ctx context.Context, project, environment, by string) (pipeline.Deployment, error) {
	var made pipeline.Deployment
	err := h.store.Change(ctx, pipeline.ProjectChain(project), func(ctx context.Context) (c pipeline.Change, err error) {
		c, made, err = h.rollback(ctx, project, environment, by)
		return c, err
	})
	if err != nil {
		return pipeline.Deployment{}, fmt.Errorf("roll %s back in %s: %w", project, environment, err)
	}
	return made, nil
}

func (h *Handler) rollback(ctx context.Context, project, environment, by string) (c pipeline.Change, made pipeline.Deployment, err error) {
	e, err := h.store.Environment(ctx, project, environment)
	if err != nil {
		return c, made, err
	}
	rollback, err := e.Rollback()
	if err != nil {
		return c, made, err
	}
	to, err := h.store.Deployment(ctx, rollback.To)
	if err != nil {
		return c, made, err
	}
	r, err := h.store.Release(ctx, project, rollback.To.Release)
	if err != nil {
		return c, made, err
	}
	c, err = h.request(ctx, r, environment, func(attempt int) (d pipeline.Deployment, requested events.Event) {
		made, requested = pipeline.NewRollback(r, rollback, to.Before, attempt, by, h.now())
		return made, requested
	})
	c.By = by
	return c, made, err
}
