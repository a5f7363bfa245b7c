package runstep_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/runstep"
	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/step"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A bench is a deployment that runs one step, whose kind it plays.
type bench struct {
	deployment pipeline.Deployment
	step       *pipeline.StepRun // nil: it has not begun
	started    []step.Work
	handler    *runstep.Handler
}

func newBench() *bench {
	b := &bench{deployment: pipeline.Deployment{ID: pipeline.DeploymentID{Project: "shop", Release: 1, Environment: "dev", Attempt: 1},
		Status: pipeline.StatusRunning, Plan: "sha256:p", RequestedBy: "manager1"}}
	now := func() time.Time { return noon }
	b.handler = runstep.New(b, b, b, runstep.NewReporter(b, nil, now), now)
	return b
}

// Execution implements [runstep.Steps].
func (b *bench) Execution(_ context.Context, id pipeline.ExecutionID) (pipeline.Execution, error) {
	if id.Deployment != b.deployment.ID {
		return pipeline.Execution{}, pipeline.ErrNotFound
	}
	return b.deployment.Execution(), nil
}

// Step implements [runstep.Steps].
func (b *bench) Step(context.Context, pipeline.ExecutionID, string) (pipeline.StepRun, error) {
	if b.step == nil {
		return pipeline.StepRun{}, pipeline.ErrNotFound
	}
	return *b.step, nil
}

// Change implements [runstep.Steps].
func (b *bench) Change(ctx context.Context, _ pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	c, err := decide(ctx)
	if err == nil && len(c.Steps) > 0 {
		b.step = &c.Steps[0]
	}
	return err
}

// Read implements [runstep.Plans].
func (b *bench) Read(context.Context, string) (pipeline.Plan, error) {
	return pipeline.Plan{Deployment: b.deployment.ID, Environment: pipeline.PlannedTarget{Name: "dev"},
		Steps: []pipeline.PlannedStep{{Name: "settle", Kind: "state-machine", TimeoutSeconds: 60}}}, nil
}

// Start implements [runstep.Runner]: what it starts goes on elsewhere.
func (b *bench) Start(_ context.Context, _ string, w step.Work) (step.Outcome, error) {
	b.started = append(b.started, w)
	return step.Outcome{Work: "w"}, nil
}

// run runs the step with the input of a state machine, for the first attempt.
func (b *bench) run(t *testing.T, input string) error {
	t.Helper()
	in := runstep.Input{Step: "settle", Attempt: 1, Plan: "sha256:p", Token: "new"}
	if err := json.Unmarshal([]byte(input), &in); err != nil {
		t.Fatal(err)
	}
	_, err := b.handler.Handle(t.Context(), in)
	return err
}

// TestAnExecutionOfAnOlderDefinitionRunsItsSteps has the input that executions send which
// have begun before runs had steps, too.
func TestAnExecutionOfAnOlderDefinitionRunsItsSteps(t *testing.T) {
	for _, input := range []string{`{"execution":"shop_1_dev_1"}`, `{"deployment":"shop_1_dev_1"}`} {
		b := newBench()
		if err := b.run(t, input); err != nil || len(b.started) != 1 || b.started[0].Execution != "shop_1_dev_1" || b.step.Token != "new" {
			t.Errorf("%s starts %+v, %v", input, b.started, err)
		}
	}
}

func TestNoStepStartsOfWhatIsBeingCancelled(t *testing.T) {
	b := newBench()
	b.deployment.Cancelling = &pipeline.Cancellation{By: "manager2", At: noon, Cause: "cancelled by manager2"}
	if err := b.run(t, `{"execution":"shop_1_dev_1"}`); !errors.Is(err, pipeline.ErrCancelling) || len(b.started) > 0 {
		t.Errorf("it starts %+v, %v", b.started, err)
	}
}

// TestAnAttemptThatWasCutOffGoesOnAlthoughItIsBeingCancelled has what it may have begun
// elsewhere found again, where it can be cancelled; else it would be left at work while
// somebody else has the environment.
func TestAnAttemptThatWasCutOffGoesOnAlthoughItIsBeingCancelled(t *testing.T) {
	b := newBench()
	b.step = &pipeline.StepRun{Execution: b.deployment.Execution().ID, Step: "settle", Kind: "state-machine", Attempt: 1, Status: pipeline.StatusRunning, Token: "old"}
	b.deployment.Cancelling = &pipeline.Cancellation{By: "manager2", At: noon, Cause: "cancelled by manager2"}
	if err := b.run(t, `{"execution":"shop_1_dev_1"}`); err != nil || len(b.started) != 1 || b.step.Token != "new" {
		t.Errorf("it starts %+v with %+v, %v", b.started, b.step, err)
	}
}

// TestNobodyIsAskedWhenTooFewMayApprove has people who are kept from approving among
// those of the group: an approval that can't be had would be waited for in vain.
func TestNobodyIsAskedWhenTooFewMayApprove(t *testing.T) {
	people := platform.Platform{Groups: map[string][]string{"managers": {"manager1", "manager2"}}}
	w := step.Work{Execution: "shop_1_dev_1", Project: "shop", Environment: "dev", Step: "settle", Attempt: 1}
	for _, c := range []struct {
		quorum   int
		excluded []string
		asks     bool
	}{{1, nil, true}, {2, nil, true}, {3, nil, false}, {1, []string{"manager1"}, true}, {2, []string{"manager1"}, false}, {2, []string{"visitor"}, true}} {
		b := newBench()
		b.step = &pipeline.StepRun{Execution: b.deployment.Execution().ID, Step: "settle", Kind: "approval", Attempt: 1, Status: pipeline.StatusRunning}
		approvals := runstep.NewApprovals(b, people, func(string) events.ApprovalStart { return events.ApprovalStart{} }, func() time.Time { return noon })
		err := approvals.Ask(t.Context(), w, step.Question{Quorum: c.quorum, Groups: []string{"managers"}, Excluded: c.excluded})
		var failure *step.Failure
		if refused := errors.As(err, &failure) && failure.Name == "NobodyToAsk"; refused == c.asks || c.asks && (err != nil || b.step.Asked == nil) {
			t.Errorf("%d of two but %q: %v", c.quorum, c.excluded, err)
		}
	}
}
