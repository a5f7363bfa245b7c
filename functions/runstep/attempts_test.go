package runstep_test

import (
	"context"
	"errors"
	"testing"

	"slipway/functions/runstep"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

var _ step.Attempts = runstep.Attempts{}

// records has one deployment, shop_1_dev_1, and an attempt at its one step.
type records struct {
	runstep.Steps // nobody writes
	status        pipeline.Status
	attempt       int // 0: the step has not begun
	failure       error
}

// Execution implements [runstep.Steps].
func (r records) Execution(_ context.Context, id pipeline.ExecutionID) (pipeline.Execution, error) {
	if r.status == "" {
		return pipeline.Execution{}, pipeline.ErrNotFound
	}
	return pipeline.Execution{ID: id, Status: r.status}, r.failure
}

// Step implements [runstep.Steps].
func (r records) Step(context.Context, pipeline.ExecutionID, string) (pipeline.StepRun, error) {
	if r.attempt == 0 {
		return pipeline.StepRun{}, pipeline.ErrNotFound
	}
	return pipeline.StepRun{Attempt: r.attempt}, nil
}

func TestAnAttemptIsOverWhenNobodyWaitsForIt(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		records records
		over    bool
		err     error
	}{
		"it runs":            {records{status: pipeline.StatusRunning, attempt: 2}, false, nil},
		"another followed":   {records{status: pipeline.StatusRunning, attempt: 3}, true, nil},
		"the deployment end": {records{status: pipeline.StatusFailed, attempt: 2}, true, nil},
		"it was forgotten":   {records{}, true, nil},
		"nobody knows":       {records{status: pipeline.StatusRunning, attempt: 2, failure: broken}, false, broken},
	} {
		over, err := runstep.NewAttempts(c.records).Over(t.Context(), step.Attempt{Execution: "shop_1_dev_1", Step: "api", Attempt: 2})
		if over != c.over || !errors.Is(err, c.err) {
			t.Errorf("%s: Over = %t, %v", name, over, err)
		}
	}
}
