package promote

import (
	"context"
	"fmt"

	"slipway/events"
	"slipway/shared/pipeline"
)

// Rollback asks, for a deployment that takes back what a project
// has in environment: of the release that succeeded there before, with the process
// and the variables of its snapshot. It returns [pipeline.ErrRefused], and requests
// nothing, when there is nothing to go back to, while a gate is closed, or while an
// attempt is under way.
func (h *Handler) Rollback(ctx context.Context, project, environment string, by pipeline.Requester) (pipeline.Deployment, error) {
	made, err := h.once(ctx, project, environment, by, func(ctx context.Context) (pipeline.Change, error) {
		return h.rollback(ctx, project, environment, by)
	})
	if err != nil {
		return pipeline.Deployment{}, fmt.Errorf("roll %s back in %s: %w", project, environment, err)
	}
	return made, nil
}

func (h *Handler) rollback(ctx context.Context, project, environment string, by pipeline.Requester) (pipeline.Change, error) {
	e, err := h.store.Environment(ctx, project, environment)
	if err != nil {
		return pipeline.Change{}, err
	}
	rollback, err := e.Rollback()
	if err != nil {
		return pipeline.Change{}, err
	}
	to, err := h.store.Deployment(ctx, rollback.To)
	if err != nil {
		return pipeline.Change{}, err
	}
	r, err := h.store.Release(ctx, project, rollback.To.Release)
	if err != nil {
		return pipeline.Change{}, err
	}
	return h.request(ctx, r, environment, func(attempt int) (pipeline.Deployment, events.Event) {
		return pipeline.NewRollback(r, rollback, to.Before, attempt, by, h.now())
	})
}
