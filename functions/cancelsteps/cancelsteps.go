// Package cancelsteps lets people end deployments and runs early, and cancels what
// their steps do elsewhere.
package cancelsteps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway/events"
	"slipway/functions/runstep"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Steps is where steps are kept.
type Steps interface {
	Steps(ctx context.Context, id pipeline.ExecutionID) ([]pipeline.StepRun, error)
}

// Works cancels what steps do elsewhere.
type Works interface {
	Cancel(ctx context.Context, a step.Attempt) error
	Check(ctx context.Context, a step.Attempt) (report step.Report, ended bool, err error)
	Forget(ctx context.Context, a step.Attempt) error
}

// A Handler cancels steps.
type Handler struct {
	steps    Steps
	works    Works
	reporter *runstep.Reporter
}

// New returns a handler.
func New(steps Steps, works Works, reporter *runstep.Reporter) *Handler {
	return &Handler{steps, works, reporter}
}

// executionEnded is the detail-type of Step Functions' event.
const executionEnded = "Step Functions Execution Status Change"

// Handle cancels the steps that go on of the deployment or the run that is being
// cancelled, or whose execution has failed or was stopped: nobody waits for them any
// more. A step that works in-line ends by itself; no further one starts.
func (h *Handler) Handle(ctx context.Context, e events.Raw) (struct{}, error) {
	var subject struct {
		events.Subject
		Name string `json:"name"` // of an execution
	}
	if err := json.Unmarshal(e.Detail, &subject); err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	name := subject.ID()
	if e.DetailType == executionEnded {
		name = subject.Name
	}
	id, err := pipeline.ParseExecutionID(name)
	if err != nil {
		return struct{}{}, fmt.Errorf("decode %s %s: %w", e.DetailType, e.ID, err)
	}
	steps, err := h.steps.Steps(ctx, id)
	if err != nil {
		return struct{}{}, err
	}
	for _, s := range steps {
		if s.Status == pipeline.StatusRunning {
			err = errors.Join(err, h.cancel(ctx, id, s))
		}
	}
	return struct{}{}, err
}

// cancel cancels one step. Work that ends by that at once is reported here; other work
// is reported when the event of its end comes.
func (h *Handler) cancel(ctx context.Context, id pipeline.ExecutionID, s pipeline.StepRun) error {
	attempt := step.Attempt{Execution: id.String(), Step: s.Step, Attempt: s.Attempt}
	if err := h.works.Cancel(ctx, attempt); err != nil {
		return err
	}
	report, ended, err := h.works.Check(ctx, attempt)
	if err != nil || !ended {
		return err
	}
	result, err := runstep.Result(report.Outcome, report.Err)
	if err != nil {
		return err
	}
	if err := h.reporter.Report(ctx, id, s.Step, s.Attempt, result); err != nil {
		return err
	}
	return h.works.Forget(ctx, attempt)
}
