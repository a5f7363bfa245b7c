package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/events"
)

//go:embed schemas/approval.json
var approvalSchema string

// Approvals asks people whether a process goes on.
type Approvals interface {
	// Ask asks for the approval of the attempt; asking again changes nothing.
	Ask(ctx context.Context, w Work, q Question) error
	// Verdict returns what has been decided so far.
	Verdict(ctx context.Context, w Work) (Verdict, error)
}

// A Question is what an approval step asks.
type Question struct {
	Message  string   // for people
	Quorum   int      // distinct approvers needed, at least 1
	Groups   []string // of the platform file, at least one
	Excluded []string // people who may not approve
}

// A Verdict is what people have decided.
type Verdict struct {
	Approved bool // by a quorum
	Rejected bool // by one, whatever others said
	By       []string
	Note     string // of who rejected
}

// DefaultApproval is how long a step waits for an approval unless it says otherwise.
const DefaultApproval = 72 * time.Hour

// approval lets people decide whether a process goes on. Nothing runs meanwhile: the
// event of a decision, or a timer, has it checked.
type approval struct{}

// approvalParameters are the parameters of [approval].
type approvalParameters struct {
	Approvers []string     `json:"approvers"`
	Quorum    int          `json:"quorum"`
	Not       []string     `json:"not"`
	Message   string       `json:"message"`
	Within    waitDuration `json:"within"`
}

func parseApproval(with json.RawMessage) (approvalParameters, *Problem) {
	p := approvalParameters{Quorum: 1, Within: waitDuration(DefaultApproval)}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(p.Approvers)))
	switch {
	case len(p.Approvers) == 0 || len(distinct) != len(p.Approvers) || slices.Contains(distinct, ""):
		return p, &Problem{"approvers", "are to be groups of the platform file, at least one and each once", "write approvers: [release-managers]"}
	case p.Quorum < 1:
		return p, &Problem{"quorum", fmt.Sprintf("%d people can't approve", p.Quorum), "write 1 or more"}
	case slices.ContainsFunc(p.Not, func(who string) bool { return who != "requester" }):
		return p, &Problem{"not", fmt.Sprintf("%q names nobody who could be kept from approving", p.Not), "write not: [requester], or leave it out"}
	}
	return p, nil
}

// Name implements [Kind].
func (approval) Name() string { return "approval" }

// Schema implements [Kind].
func (approval) Schema() []byte { return []byte(approvalSchema) }

// References implements [Kind].
func (approval) References(with json.RawMessage) (References, error) {
	p, problem := parseApproval(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Groups: p.Approvers, Quorum: p.Quorum}
	if p.Message != "" {
		refs.Templates = []Template{{Key: "message", Text: p.Message}}
	}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Timeout implements [Timed].
func (approval) Timeout(with json.RawMessage) (time.Duration, bool) {
	p, problem := parseApproval(with)
	return time.Duration(p.Within) + waitMargin, problem == nil
}

// Start implements [Kind]: it asks, and notes until when.
func (approval) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseApproval(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	now := d.Now().UTC()
	if _, err := notesOf(d, w).begin(ctx, waitNote{StartedAt: now, Until: now.Add(min(time.Duration(p.Within), w.Timeout))}); err != nil {
		return Outcome{}, err
	}
	q := Question{Message: p.Message, Quorum: p.Quorum, Groups: p.Approvers}
	if len(p.Not) > 0 {
		q.Excluded = []string{w.StartedBy}
	}
	if err := d.Approvals.Ask(ctx, w, q); err != nil {
		return Outcome{}, fmt.Errorf("ask for the approval of step %s of %s: %w", w.Step, w.Execution, err)
	}
	fmt.Fprintf(w.Log, "asked %s for %d approval(s)\n", strings.Join(p.Approvers, " and "), p.Quorum)
	return Outcome{Work: attemptName(w), Watch: []string{w.Execution + "/" + w.Step}}, nil
}

// Works implements [Remote]: a decision names the execution and the step, which is watched.
func (approval) Works(e events.Raw) []string {
	var decided events.ApprovalDecided
	if e.DetailType != decided.Type() || json.Unmarshal(e.Detail, &decided) != nil || decided.Step == "" {
		return nil
	}
	return []string{decided.Subject.ID() + "/" + decided.Step}
}

// Check implements [Remote].
func (approval) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	note, err := notesOf(d, w).read(ctx)
	if err != nil {
		return Outcome{}, err
	}
	verdict, err := d.Approvals.Verdict(ctx, w)
	if err != nil {
		return Outcome{}, fmt.Errorf("read the decisions on step %s of %s: %w", w.Step, w.Execution, err)
	}
	by := strings.Join(verdict.By, ", ")
	switch {
	case verdict.Rejected:
		return Outcome{}, permanent("Rejected", "rejected by %s: %s", by, verdict.Note)
	case verdict.Approved:
		fmt.Fprintf(w.Log, "approved by %s\n", by)
		return Outcome{Done: true, Outputs: map[string]string{"approved-by": by}}, nil
	case note.CancelledAt != nil:
		return Outcome{}, note.cancelled()
	case !d.Now().Before(note.Until):
		return Outcome{}, permanent("NotDecided", "nobody decided until %s; run it again, or write a longer within", note.Until.Format(time.RFC3339))
	}
	if err := d.Timers.Set(ctx, "approval", name, note.Until); err != nil {
		return Outcome{}, fmt.Errorf("set timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return Outcome{}, nil
}

// Cancel implements [Remote].
func (approval) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	return cancelWait(ctx, d, w, "approval", name)
}
