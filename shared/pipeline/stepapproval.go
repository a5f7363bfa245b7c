package pipeline

import (
	"fmt"
	"slices"

	"slipway/events"
)

// Ask makes s, which runs, wait for an approval of the plan of x. Asking again for the
// same attempt changes nothing and gives no event.
func (s *StepRun) Ask(x Execution, asked Asked, start events.ApprovalStart) events.Event {
	if s.Asked != nil {
		return nil
	}
	s.Asked = &asked
	start.Input = events.ApprovalInput{Deployment: x.Subject.Deployment, Run: x.Subject.Run, Step: s.Step, Plan: x.Plan, Decision: DecisionApprove}
	return events.StepAwaitingApproval{Subject: x.Subject, Step: s.Step, Message: asked.Message, Plan: x.Plan,
		Quorum: asked.Quorum, Approvers: asked.Groups, Start: start}
}

// Decide records a decision on the plan of x at the step s. The rules are those of
// [Deployment.Decide]; a decision that comes again by the same way gives no event.
func (s *StepRun) Decide(x Execution, a Approval, members []string) (events.Event, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(s.Approvals, a.repeats) {
		return nil, nil
	}
	switch {
	case x.Status.Terminal(): // a step that was given up with it is left as running
		return nil, fmt.Errorf("%s is %s; nothing is left to decide: %w", x.ID, x.Status, ErrEnded)
	case s.Status != StatusRunning:
		return nil, fmt.Errorf("step %s of %s is %s; nothing is left to decide: %w", s.Step, s.Execution, s.Status, ErrEnded)
	case s.Asked == nil:
		return nil, fmt.Errorf("step %s of %s does not ask for approval: %w", s.Step, s.Execution, ErrRefused)
	}
	if rejected, ok := s.Rejected(); ok {
		return nil, fmt.Errorf("step %s of %s was rejected by %s; nothing is left to decide: %w", s.Step, s.Execution, rejected.By, ErrEnded)
	}
	if err := s.question(x).admit(a, members); err != nil {
		return nil, err
	}
	s.Approvals = append(slices.Clip(s.Approvals), a)
	return events.ApprovalDecided{Subject: x.Subject, Step: s.Step, Plan: a.Plan, Decision: a.Decision, By: a.By, Note: a.Note}, nil
}

// Approved tells whether a quorum of distinct people has approved s and nobody has rejected it.
func (s StepRun) Approved(x Execution) bool {
	_, rejected := s.Rejected()
	return s.Asked != nil && !rejected && s.question(x).approved()
}

// Rejected returns the decision that rejected s; ok is false when there is none.
func (s StepRun) Rejected() (a Approval, ok bool) {
	i := slices.IndexFunc(s.Approvals, func(a Approval) bool { return a.Decision == DecisionReject })
	if i < 0 {
		return Approval{}, false
	}
	return s.Approvals[i], true
}

func (s StepRun) question(x Execution) question {
	return question{fmt.Sprintf("step %s of %s", s.Step, s.Execution), x.Plan, *s.Asked, s.Approvals}
}
