package runstep

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/step"
)

// Approvals asks people on behalf of steps; it is [step.Approvals].
type Approvals struct {
	steps    Steps
	platform platform.Platform
	start    func(environment string) events.ApprovalStart
	now      func() time.Time
}

// NewApprovals returns approvals by the people of p. Start tells an approver which
// state machine to start.
func NewApprovals(steps Steps, p platform.Platform, start func(environment string) events.ApprovalStart, now func() time.Time) *Approvals {
	return &Approvals{steps, p, start, now}
}

// Ask implements [step.Approvals].
func (a *Approvals) Ask(ctx context.Context, w step.Work, q step.Question) error {
	members := slices.DeleteFunc(a.platform.Members(q.Groups...), func(who string) bool { return slices.Contains(q.Excluded, who) })
	if len(members) < q.Quorum {
		return &step.Failure{Name: "NobodyToAsk", Permanent: true,
			Cause: fmt.Sprintf("%d approvals are asked for, and the groups %q have %d members who may approve; ask for fewer, have somebody else start it, or add people in the platform file", q.Quorum, q.Groups, len(members))}
	}
	return a.steps.Change(ctx, pipeline.ProjectChain(w.Project), func(ctx context.Context) (pipeline.Change, error) {
		x, s, err := a.read(ctx, w)
		if err != nil {
			return pipeline.Change{}, err
		}
		if s.Attempt != w.Attempt || s.Status != pipeline.StatusRunning {
			return pipeline.Change{}, nil // the attempt is over, and asks nobody any more
		}
		event := s.Ask(x, pipeline.Asked{Message: q.Message, Quorum: q.Quorum, Groups: q.Groups, Excluded: q.Excluded}, a.start(w.Environment))
		if event == nil {
			return pipeline.Change{}, nil
		}
		return pipeline.Change{By: pipeline.System, Steps: []pipeline.StepRun{s}, Events: []events.Event{event}}, nil
	})
}

// Verdict implements [step.Approvals].
func (a *Approvals) Verdict(ctx context.Context, w step.Work) (step.Verdict, error) {
	x, s, err := a.read(ctx, w)
	if err != nil || s.Attempt != w.Attempt {
		return step.Verdict{}, err
	}
	if rejected, ok := s.Rejected(); ok {
		return step.Verdict{Rejected: true, By: []string{rejected.By}, Note: rejected.Note}, nil
	}
	verdict := step.Verdict{Approved: s.Approved(x)}
	for _, approval := range s.Approvals {
		verdict.By = append(verdict.By, approval.By)
	}
	return verdict, nil
}

func (a *Approvals) read(ctx context.Context, w step.Work) (x pipeline.Execution, s pipeline.StepRun, err error) {
	id, err := pipeline.ParseExecutionID(w.Execution)
	if err != nil {
		return x, s, err
	}
	if x, err = a.steps.Execution(ctx, id); err != nil {
		return x, s, err
	}
	s, err = a.steps.Step(ctx, id, w.Step)
	return x, s, err
}
