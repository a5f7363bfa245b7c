package startrunbook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"slipway/events"
	"slipway/functions/finishrun"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

// A Request asks for a run of a runbook in one environment.
type Request struct {
	Project     string
	Runbook     string
	Environment string
	Trigger     events.Trigger
	// Occasion is what the request is known by when it comes again: it then makes
	// nothing. It is the slot's time, the event's id, or a client's token; "" only by
	// hand, for a request that makes a run each time.
	Occasion string
	By       string
	Draft    bool              // the file in force, even if it is not published
	Values   map[string]string // for the runbook's prompts, by name
	// Schedule is, of a trigger by schedule, the one that was due; see [Due].
	Schedule pipeline.RunbookSchedule
}

// maxOccasion is the longest text by which a request is known, in bytes: DynamoDB takes
// 1,024 as a sort key, which has the runbook and the environment, too.
const maxOccasion = 800

// Request makes the run that a person asks for. It returns [pipeline.ErrInvalid] for
// values or a token that aren't taken, [pipeline.ErrNotFound] when there is no such runbook, and
// [pipeline.ErrRefused] when the person may not run it or no run may be made now.
func (h *Handler) Request(ctx context.Context, r Request) (made pipeline.Run, err error) {
	if len(r.Occasion) > maxOccasion {
		return made, fmt.Errorf("the token of the request is too long: with who asks it has %d bytes, and at most %d are taken: %w", len(r.Occasion), maxOccasion, pipeline.ErrInvalid)
	}
	r.Trigger = events.Trigger{Kind: pipeline.TriggerHand}
	err = h.store.Change(ctx, pipeline.ProjectChain(r.Project), func(ctx context.Context) (c pipeline.Change, err error) {
		c, made, err = h.begin(ctx, r)
		return c, err
	})
	return made, err
}

// begin returns the change that makes the run, and the run; of an occasion that is
// known, the run that it made.
func (h *Handler) begin(ctx context.Context, r Request) (c pipeline.Change, made pipeline.Run, err error) {
	before, known, err := h.known(ctx, r)
	if err != nil {
		return c, made, err
	}
	if known {
		made, err = h.store.Run(ctx, before.Run)
		if errors.Is(err, pipeline.ErrNotFound) && r.Trigger.Kind != pipeline.TriggerHand { // it made none, or one that is kept no longer
			return c, made, nil
		}
		return c, made, err
	}
	runbook, state, document, err := h.admit(ctx, r)
	if err != nil {
		return c, made, err
	}
	made = pipeline.Run{ID: state.NextRun(), Environment: r.Environment, Trigger: r.Trigger, Document: document, Draft: r.Draft,
		RequestedBy: r.By, RequestedAt: h.now()}
	if made.Plan, err = h.plan(ctx, r, made); err != nil {
		return c, made, err
	}
	active, err := h.active(ctx, state, r.Environment)
	if err != nil {
		return c, made, err
	}
	waiting, err := finishrun.Waiting(ctx, h.store, state, r.Environment)
	if err != nil {
		return c, made, err
	}
	changed, happened, err := state.Begin(made, runbook.Concurrency, active, waiting, h.now())
	if err != nil {
		return c, made, err
	}
	c = pipeline.Change{By: r.By, Runs: changed, Events: happened, Runbooks: []pipeline.RunbookState{state}}
	if r.Occasion != "" {
		c.Occasions = []pipeline.Occasion{{Project: r.Project, Runbook: r.Runbook, Environment: r.Environment, Key: r.Occasion, Run: made.ID}}
	}
	return c, changed[len(changed)-1], nil
}

// known returns what the request made when it came before.
func (h *Handler) known(ctx context.Context, r Request) (o pipeline.Occasion, known bool, err error) {
	if r.Occasion == "" {
		return o, false, nil
	}
	o, err = h.store.Occasion(ctx, r.Project, r.Runbook, r.Environment, r.Occasion)
	if errors.Is(err, pipeline.ErrNotFound) {
		return o, false, nil
	}
	return o, err == nil, err
}

// admit returns the runbook, as the file in force has it, with its state and the
// document that a run is made of, if the request may make one.
func (h *Handler) admit(ctx context.Context, r Request) (runbook pipeline.Runbook, state pipeline.RunbookState, document string, err error) {
	record, err := h.store.Project(ctx, r.Project)
	if err != nil {
		return runbook, state, "", err
	}
	inForce, err := h.planner.InForce(ctx, r.Project)
	if err != nil {
		return runbook, state, "", err
	}
	runbook, ok := inForce.Runbook(r.Runbook)
	if !ok {
		missing := pipeline.ErrNotFound
		if r.Trigger.Kind != pipeline.TriggerHand { // the trigger is of a file that was in force before
			missing = pipeline.ErrRefused
		}
		return runbook, state, "", fmt.Errorf("the project file of %s has no runbook %s: %w", r.Project, r.Runbook, missing)
	}
	if !slices.Contains(runbook.Environments, r.Environment) {
		return runbook, state, "", fmt.Errorf("runbook %s does not run in %s, but in %s: %w", r.Runbook, r.Environment, strings.Join(runbook.Environments, ", "), pipeline.ErrRefused)
	}
	if state, err = h.store.Runbook(ctx, r.Project, r.Runbook); err != nil {
		return runbook, state, "", err
	}
	if err := h.mayStart(r, runbook, state); err != nil {
		return runbook, state, "", err
	}
	document, err = version(r, runbook, state, record.Document)
	return runbook, state, document, err
}

// version returns the digest of the project file that a run is made of.
func version(r Request, runbook pipeline.Runbook, state pipeline.RunbookState, inForce string) (string, error) {
	switch {
	case r.Draft || runbook.Publish == pipeline.EntryAutomatic:
		return inForce, nil
	case state.Published == nil:
		return "", fmt.Errorf("runbook %s was never published: publish it with slipway runbook publish %s %s: %w", runbook.Name, r.Project, runbook.Name, pipeline.ErrRefused)
	}
	return state.Published.Document, nil
}

// mayStart returns [pipeline.ErrRefused] unless the trigger may start the runbook.
func (h *Handler) mayStart(r Request, runbook pipeline.Runbook, state pipeline.RunbookState) error {
	switch {
	case r.Trigger.Kind != pipeline.TriggerHand && state.Paused != nil:
		return fmt.Errorf("its triggers were paused by %s: %w", state.Paused.By, pipeline.ErrRefused)
	case r.Trigger.Kind == pipeline.TriggerSchedule && (runbook.Schedule == nil || *runbook.Schedule != r.Schedule):
		return fmt.Errorf("the schedule %s in %s is no longer that of the project file: %w", r.Schedule.Expression, r.Schedule.Timezone, pipeline.ErrRefused)
	case r.Trigger.Kind == pipeline.TriggerEvent && len(runbook.Events) == 0:
		return fmt.Errorf("the project file no longer lets events start it: %w", pipeline.ErrRefused)
	case r.Trigger.Alarm != "" && !slices.ContainsFunc(runbook.Events, func(e pipeline.RunbookEvent) bool { return e.Alarm == r.Trigger.Alarm }):
		return fmt.Errorf("the project file no longer lets the alarm %s start it: %w", r.Trigger.Alarm, pipeline.ErrRefused)
	case r.Draft && !h.platform.IsMember(r.By, runbook.DraftBy...):
		return fmt.Errorf("%q may not run the draft of %s: draft-by lists %s: %w", r.By, runbook.Name, groups(runbook.DraftBy), pipeline.ErrRefused)
	case r.Trigger.Kind == pipeline.TriggerHand && !r.Draft && len(runbook.RunBy) > 0 && !h.platform.IsMember(r.By, runbook.RunBy...):
		return fmt.Errorf("%q may not run %s: run-by lists %s: %w", r.By, runbook.Name, groups(runbook.RunBy), pipeline.ErrRefused)
	}
	return nil
}

func groups(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, " and ")
}

// plan keeps the plan of the run and returns its hash.
func (h *Handler) plan(ctx context.Context, r Request, made pipeline.Run) (hash string, err error) {
	plan, err := h.planner.ProposeRun(ctx, planning.RunRequest{Run: made.ID, Environment: r.Environment, Document: made.Document, Values: r.Values})
	if err != nil {
		return "", err
	}
	return h.plans.Keep(ctx, plan)
}

// active returns the run that goes on in environment; nil when none does.
func (h *Handler) active(ctx context.Context, state pipeline.RunbookState, environment string) (*pipeline.Run, error) {
	id, ok := state.Active[environment]
	if !ok {
		return nil, nil
	}
	run, err := h.store.Run(ctx, id)
	return &run, err
}
