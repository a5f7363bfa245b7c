package runstep

import (
	"context"
	"errors"
	"fmt"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Attempts tells which attempts at steps still go on; it is [step.Attempts].
type Attempts struct{ steps Steps }

// NewAttempts returns the attempts at steps.
func NewAttempts(steps Steps) Attempts { return Attempts{steps} }

// Over implements [step.Attempts]. What is not known is over: runs are forgotten in time.
func (a Attempts) Over(ctx context.Context, of step.Attempt) (bool, error) {
	id, err := pipeline.ParseExecutionID(of.Execution)
	if err != nil {
		return false, err
	}
	x, err := a.steps.Execution(ctx, id)
	var s pipeline.StepRun
	if err == nil && !x.Status.Terminal() {
		s, err = a.steps.Step(ctx, id, of.Step)
	}
	switch {
	case errors.Is(err, pipeline.ErrNotFound):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("read step %s of %s: %w", of.Step, id, err)
	}
	return x.Status.Terminal() || s.Attempt > of.Attempt, nil
}
