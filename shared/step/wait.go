package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"time"

	"slipway/events"
)

//go:embed schemas/wait.json
var waitSchema string

// MaxWait is the longest time that a wait step waits, and an alarm step watches.
const MaxWait = 7 * 24 * time.Hour

// waitMargin is how much more than it waits a step may take when the project file names
// no timeout: timers come up to a minute late, and their delivery may be repeated.
const waitMargin = 15 * time.Minute

// wait lets time pass. Nothing runs meanwhile: a timer asks for a check when it is over.
type wait struct{}

// Name implements [Kind].
func (wait) Name() string { return "wait" }

// Schema implements [Kind].
func (wait) Schema() []byte { return []byte(waitSchema) }

// References implements [Kind].
func (wait) References(with json.RawMessage) (References, error) {
	p, problem := parseWait(with)
	if problem != nil {
		return References{}, problem
	}
	if p.Until == "" {
		return References{}, nil
	}
	refs := References{Templates: []Template{{Key: "until", Text: p.Until}}}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	if !p.templated() {
		if _, problem := p.time(); problem != nil {
			return References{}, problem
		}
	}
	return refs, nil
}

// Timeout implements [Timed].
func (wait) Timeout(with json.RawMessage) (time.Duration, bool) {
	p, problem := parseWait(with)
	switch {
	case problem != nil:
		return 0, false
	case p.Until != "":
		return MaxWait + waitMargin, true
	}
	return time.Duration(p.For) + waitMargin, true
}

// Start implements [Kind]: it notes until when to wait. The first call of an attempt
// decides; what it has noted is not changed by another.
func (wait) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseWait(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	now := d.Now().UTC()
	until := now.Add(time.Duration(p.For))
	if p.Until != "" {
		if until, problem = p.time(); problem != nil {
			return Outcome{}, problem.failure()
		}
	}
	if problem := checkWait(w, until.Sub(now)); problem != nil {
		return Outcome{}, problem.failure()
	}
	if _, err := notesOf(d, w).begin(ctx, waitNote{StartedAt: now, Until: until.UTC()}); err != nil {
		return Outcome{}, err
	}
	return Outcome{Work: attemptName(w)}, nil
}

// checkWait returns a problem with a wait that doesn't fit.
func checkWait(w Work, length time.Duration) *Problem {
	switch {
	case length > MaxWait:
		return &Problem{"until", fmt.Sprintf("is %s away", length.Round(time.Second)), fmt.Sprintf("wait for at most %s", days(MaxWait))}
	case length > w.Timeout:
		return &Problem{"timeout", fmt.Sprintf("%s is over before the %s for which the step is to wait", w.Timeout, length.Round(time.Second)), "leave timeout out, or write a longer one"}
	}
	return nil
}

// Works implements [Remote]: only a timer tells of a wait's end.
func (wait) Works(events.Raw) []string { return nil }

// Check implements [Remote].
func (wait) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	note, err := notesOf(d, w).read(ctx)
	switch {
	case err != nil:
		return Outcome{}, err
	case note.CancelledAt != nil:
		return Outcome{}, note.cancelled()
	case !d.Now().Before(note.Until):
		fmt.Fprintf(w.Log, "it is %s: the wait is over\n", d.Now().UTC().Format(time.RFC3339))
		return Outcome{Done: true, Outputs: map[string]string{"until": note.Until.Format(time.RFC3339)}}, nil
	}
	fmt.Fprintf(w.Log, "waiting until %s\n", note.Until.Format(time.RFC3339))
	if err := d.Timers.Set(ctx, "wait", name, note.Until); err != nil {
		return Outcome{}, fmt.Errorf("set timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return Outcome{}, nil
}

// Cancel implements [Remote]: the timer comes at once instead, and the check finds that
// the wait was cancelled.
func (wait) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	return cancelWait(ctx, d, w, "wait", name)
}
