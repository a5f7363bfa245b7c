package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/events"
)

// The decisions of an approval.
const (
	DecisionApprove = "approve"
	DecisionReject  = "reject"
)

// MaxNote is the longest note of a decision, in bytes. Notes are kept with their
// deployment, whose item must have room left to be started and finished.
const MaxNote = 4096

// An Approval is what one person decided on one plan of one deployment.
type Approval struct {
	Plan     string    `json:"plan"`
	By       string    `json:"by"`
	Decision string    `json:"decision"`
	Note     string    `json:"note"`
	At       time.Time `json:"at"`
	// Via is the request by which it came, if that may be repeated by those who carry
	// it: the ARN of an execution of an Approve state machine; "" otherwise.
	Via string `json:"via,omitempty"`
}

// Asked is what the approval of a deployment's plan takes.
type Asked struct {
	Message  string   `json:"message,omitempty"` // what approvers are asked, by a step
	Quorum   int      `json:"quorum"`
	Groups   []string `json:"groups"`
	Excluded []string `json:"excluded,omitempty"` // people who may not approve, by name
}

// Ask makes d wait for the approval of plan; token wakes it. Asking again, after
// a plan that has changed or with a new token, replaces the question. There is no
// event when plan was asked about before. Start tells approvers what to do.
func (d *Deployment) Ask(plan, token string, asked Asked, start events.ApprovalStart) (events.Event, error) {
	again := d.Status == StatusAwaitingApproval && d.Plan == plan
	if err := d.move(StatusAwaitingApproval); err != nil {
		return nil, err
	}
	d.Plan, d.Token, d.Asked = plan, token, &asked
	if again {
		return nil, nil
	}
	start.Input = events.ApprovalInput{Deployment: d.ID.String(), Plan: plan, Decision: DecisionApprove}
	return events.DeploymentAwaitingApproval{Deployment: d.Subject(), Plan: plan, Quorum: asked.Quorum, Approvers: asked.Groups, Start: start}, nil
}

// Approved tells whether quorum distinct people have approved plan and nobody has rejected it.
func (d Deployment) Approved(plan string, quorum int) bool {
	return question{plan: plan, asked: Asked{Quorum: quorum}, approvals: d.Approvals}.approved() && d.Status != StatusRejected
}

// Decide records a decision. The right to decide is of the members of the groups
// that were asked, less those whom the policy excludes; it is bound to the plan
// that was asked about, and counts once. A decision that comes again by the same
// way changes nothing and gives no events; a person who decides again is refused.
// It returns [ErrInvalid] for a decision that is none or a note longer than
// [MaxNote], [ErrEnded] after the end, and otherwise [ErrRefused] with the reason.
func (d *Deployment) Decide(a Approval, members []string) ([]events.Event, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(d.Approvals, a.repeats) {
		return nil, nil
	}
	if err := d.mayDecide(a, members); err != nil {
		return nil, err
	}
	d.Approvals = append(d.Approvals, a)
	decided := []events.Event{events.ApprovalDecided{Subject: d.Execution().Subject, Plan: a.Plan, Decision: a.Decision, By: a.By, Note: a.Note}}
	if a.Decision == DecisionReject {
		if err := d.move(StatusRejected); err != nil {
			return nil, err
		}
		d.FinishedAt = a.At
		d.Reason = "rejected by " + a.By
		if a.Note != "" {
			d.Reason += ": " + a.Note
		}
		decided = append(decided, events.DeploymentRejected{Deployment: d.Subject(), By: a.By, Note: a.Note})
	}
	return decided, nil
}

// repeats tells whether b is the decision a, carried here again.
func (a Approval) repeats(b Approval) bool {
	return a.Via != "" && a.Via == b.Via && a.Plan == b.Plan && a.By == b.By && a.Decision == b.Decision
}

func (d Deployment) mayDecide(a Approval, members []string) error {
	switch {
	case d.Status.Terminal():
		return fmt.Errorf("deployment %s is %s; nothing is left to decide: %w", d.ID, d.Status, ErrEnded)
	case d.Status != StatusAwaitingApproval:
		return fmt.Errorf("deployment %s is %s and does not ask for approval: %w", d.ID, d.Status, ErrRefused)
	}
	return question{fmt.Sprintf("deployment %s", d.ID), d.Plan, *d.Asked, d.Approvals}.admit(a, members)
}

// A question is a plan that was put before approvers, with what they have decided.
type question struct {
	subject   string // for people
	plan      string
	asked     Asked
	approvals []Approval
}

// admit returns [ErrRefused] unless a may be added to the decisions; members are those
// of the groups that were asked.
func (q question) admit(a Approval, members []string) error {
	groups := strings.Join(q.asked.Groups, " or ")
	switch {
	case a.Plan != q.plan:
		return fmt.Errorf("%s: plan %q is not the one to decide on, which is %s; look at it and decide on that: %w", q.subject, a.Plan, q.plan, ErrRefused)
	case !slices.Contains(members, a.By):
		return fmt.Errorf("%s: %q is not in %s, whose approval it needs: %w", q.subject, a.By, groups, ErrRefused)
	case slices.Contains(q.asked.Excluded, a.By):
		return fmt.Errorf("%s: %q asked for it or wrote it and so may not decide on it; somebody else of %s may: %w", q.subject, a.By, groups, ErrRefused)
	}
	if i := slices.IndexFunc(q.approvals, func(b Approval) bool { return b.Plan == a.Plan && b.By == a.By }); i >= 0 {
		return fmt.Errorf("%s: %q has decided %q on this plan already: %w", q.subject, a.By, q.approvals[i].Decision, ErrRefused)
	}
	return nil
}

// approved tells whether a quorum of distinct people has approved the plan.
func (q question) approved() bool {
	people := map[string]bool{}
	for _, a := range q.approvals {
		if a.Plan == q.plan && a.Decision == DecisionApprove {
			people[a.By] = true
		}
	}
	return len(people) >= q.asked.Quorum
}

// check returns [ErrInvalid] for a decision that is none or a note that is too long.
func (a Approval) check() error {
	switch {
	case a.Decision != DecisionApprove && a.Decision != DecisionReject:
		return fmt.Errorf("decision %q: want %q or %q: %w", a.Decision, DecisionApprove, DecisionReject, ErrInvalid)
	case len(a.Note) > MaxNote:
		return fmt.Errorf("the note has %d bytes; at most %d are kept: say the rest elsewhere: %w", len(a.Note), MaxNote, ErrInvalid)
	}
	return nil
}
