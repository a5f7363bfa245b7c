package local_test

import (
	"slices"
	"strings"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A process is what the events have told of the steps of a deployment or of a run.
type process struct {
	steps      []*toldStep // in the order of their first attempts
	cancelling string      // why it is to end early; "" when it is not to
}

// A toldStep is what the events have told of the latest attempt at a step.
type toldStep struct {
	api.Step
	plan string // that approvers were asked about
}

// addStep takes an event about a step; ok is false when it is none.
func (h *history) addStep(a pipeline.AuditEntry) (ok bool) {
	h.w.t.Helper()
	switch a.Type {
	case events.StepStarted{}.Type():
		h.startStep(a, detailOf[events.StepStarted](h.w, a))
	case events.StepAwaitingApproval{}.Type():
		h.ask(a, detailOf[events.StepAwaitingApproval](h.w, a))
	case events.StepFinished{}.Type():
		h.finishStep(a, detailOf[events.StepFinished](h.w, a))
	case events.ApprovalDecided{}.Type():
		e := detailOf[events.ApprovalDecided](h.w, a)
		if e.Step == "" {
			return false
		}
		h.decideStep(a, e)
	default:
		return false
	}
	return true
}

// process returns the deployment or the run that an event of a step is about, with its
// status; nil, with an error, when it was never requested.
func (h *history) process(a pipeline.AuditEntry, subject events.Subject) (p *process, status pipeline.Status) {
	h.w.t.Helper()
	if d := h.deployments[subject.Deployment]; d != nil {
		return &d.process, pipeline.Status(d.Status)
	}
	if b := h.books[subject.Runbook]; b != nil {
		for _, r := range b.runs {
			if r.ID == subject.Run {
				return &r.process, pipeline.Status(r.Status)
			}
		}
	}
	h.errorf(a, "%q was never requested", subject.ID())
	return nil, ""
}

// startStep asserts that a step starts while its process goes on and nobody wants it to
// end, after the steps before have succeeded; or again, after the attempt before has failed.
func (h *history) startStep(a pipeline.AuditEntry, e events.StepStarted) {
	h.w.t.Helper()
	p, status := h.process(a, e.Subject)
	if p == nil {
		return
	}
	if status != pipeline.StatusRunning || p.cancelling != "" {
		h.errorf(a, "step %s starts while %s is %s, cancelling: %q", e.Step, e.Subject.ID(), status, p.cancelling)
	}
	before := p.step(e.Step)
	for _, s := range p.steps {
		if s != before && s.Status != string(pipeline.StatusSucceeded) {
			h.errorf(a, "step %s of %s starts while step %s is %s", e.Step, e.Subject.ID(), s.Step.Step, s.Status)
		}
	}
	started := &toldStep{Step: api.Step{Step: e.Step, Kind: e.Kind, Attempt: e.Attempt, Status: string(pipeline.StatusRunning), StartedAt: moment(a.At)}}
	switch {
	case before == nil && e.Attempt == 1:
		p.steps = append(p.steps, started)
	case before != nil && e.Attempt == before.Attempt+1 && before.Status == string(pipeline.StatusFailed):
		*before = *started
	default:
		h.errorf(a, "attempt %d at step %s of %s follows %+v", e.Attempt, e.Step, e.Subject.ID(), before)
	}
}

// step returns what has been told of the step; nil for nothing.
func (p *process) step(name string) *toldStep {
	i := slices.IndexFunc(p.steps, func(s *toldStep) bool { return s.Step.Step == name })
	if i < 0 {
		return nil
	}
	return p.steps[i]
}

// attempt returns the attempt that goes on at a step; nil, with an error, when there is none.
func (h *history) attempt(a pipeline.AuditEntry, subject events.Subject, name string) *toldStep {
	h.w.t.Helper()
	p, _ := h.process(a, subject)
	if p == nil {
		return nil
	}
	s := p.step(name)
	if s == nil || s.Status != string(pipeline.StatusRunning) {
		h.errorf(a, "step %s of %s does not go on", name, subject.ID())
		return nil
	}
	return s
}

func (h *history) ask(a pipeline.AuditEntry, e events.StepAwaitingApproval) {
	h.w.t.Helper()
	s := h.attempt(a, e.Subject, e.Step)
	if s == nil {
		return
	}
	if s.Asked != nil {
		h.errorf(a, "step %s asks twice", e.Step)
	}
	s.Asked, s.plan = &api.Asked{Message: e.Message, Quorum: e.Quorum, Approvers: e.Approvers}, e.Plan
}

// decideStep asserts that somebody who may decides on the plan that a step asks about,
// once (invariant 4).
func (h *history) decideStep(a pipeline.AuditEntry, e events.ApprovalDecided) {
	h.w.t.Helper()
	s := h.attempt(a, e.Subject, e.Step)
	if s == nil {
		return
	}
	switch {
	case s.Asked == nil || s.plan != e.Plan:
		h.errorf(a, "plan %s was not asked about by step %s", e.Plan, e.Step)
	case e.By != a.By || e.By != manager && e.By != manager2:
		h.errorf(a, "%s decided, by %s, and may not", e.By, a.By)
	case slices.ContainsFunc(s.Approvals, func(b api.Approval) bool { return b.By == e.By }):
		h.errorf(a, "%s has decided on step %s before", e.By, e.Step)
	}
	s.Approvals = append(s.Approvals, api.Approval{By: e.By, Decision: e.Decision, Note: e.Note, At: moment(a.At)})
}

func (h *history) finishStep(a pipeline.AuditEntry, e events.StepFinished) {
	h.w.t.Helper()
	s := h.attempt(a, e.Subject, e.Step)
	if s == nil {
		return
	}
	if e.Attempt != s.Attempt {
		h.errorf(a, "attempt %d at step %s ends while attempt %d goes on", e.Attempt, e.Step, s.Attempt)
	}
	s.Status, s.FinishedAt, s.Outputs, s.Error, s.Cause = e.Status, moment(a.At), e.Outputs, e.Error, e.Cause
}

// told returns the steps as the API tells them: by name.
func (p *process) told() []api.Step {
	var all []api.Step
	for _, s := range p.steps {
		all = append(all, s.Step)
	}
	slices.SortFunc(all, func(a, b api.Step) int { return strings.Compare(a.Step, b.Step) })
	return all
}
