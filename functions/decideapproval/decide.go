package decideapproval

import (
	"context"
	"fmt"

	"slipway/events"
	"slipway/shared/pipeline"
)

// Decide records the decision of d.By. The event of the decision wakes what asked for
// it. For the errors see [pipeline.Deployment.Decide].
func (h *Handler) Decide(ctx context.Context, d Decision) error {
	decide := h.onDeployment
	switch {
	case d.Step != "":
		decide = h.onStep
	case d.Execution.IsRun():
		return fmt.Errorf("run %s: name the step that asks: %w", d.Execution, pipeline.ErrInvalid)
	}
	return h.store.Change(ctx, pipeline.ProjectChain(d.Execution.Project()), func(ctx context.Context) (pipeline.Change, error) {
		c, err := decide(ctx, d)
		c.By = d.By
		return c, err
	})
}

func (h *Handler) onDeployment(ctx context.Context, d Decision) (pipeline.Change, error) {
	decided, err := h.store.Deployment(ctx, d.Execution.Deployment)
	if err != nil {
		return pipeline.Change{}, err
	}
	happened, err := decided.Decide(d.approval(h.now()), h.members(decided.Asked))
	if err != nil || len(happened) == 0 {
		return pipeline.Change{}, err
	}
	return pipeline.Change{Deployments: []pipeline.Deployment{decided}, Events: happened}, nil
}

func (h *Handler) onStep(ctx context.Context, d Decision) (pipeline.Change, error) {
	x, err := h.store.Execution(ctx, d.Execution)
	if err != nil {
		return pipeline.Change{}, err
	}
	decided, err := h.store.Step(ctx, d.Execution, d.Step)
	if err != nil {
		return pipeline.Change{}, err
	}
	event, err := decided.Decide(x, d.approval(h.now()), h.members(decided.Asked))
	if err != nil || event == nil {
		return pipeline.Change{}, err
	}
	return pipeline.Change{Steps: []pipeline.StepRun{decided}, Events: []events.Event{event}}, nil
}

// members returns the people of the groups that were asked.
func (h *Handler) members(asked *pipeline.Asked) []string {
	if asked == nil {
		return nil
	}
	return h.platform.Members(asked.Groups...)
}
