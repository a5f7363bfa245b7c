package project

import (
	"fmt"
	"unicode/utf8"

	"slipway/events"
	"slipway/shared/pattern"
	"slipway/shared/pipeline"
)

// MaxPattern is the longest event pattern as JSON, in characters, per the quota
// "Event pattern size" of EventBridge.
const MaxPattern = 2048

// nobody is a text that no event has as its source or its detail-type: a pattern that
// takes it takes any.
const nobody = "\uFFFF"

// checkPattern returns [pipeline.ErrInvalid] for a pattern that EventBridge doesn't
// know, that takes all that a bus carries, or that takes what the runs of b, a
// runbook of project, tell of themselves: it would never stop.
func checkPattern(bus pipeline.Bus, text []byte, project string, b pipeline.Runbook) error {
	if n := utf8.RuneCount(text); n > MaxPattern {
		return fmt.Errorf("its event pattern has %d characters as JSON; keep it within %d: %w", n, MaxPattern, pipeline.ErrInvalid)
	}
	p, err := pattern.Parse(text)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", err, pipeline.ErrInvalid)
	case bus == pipeline.BusDefault && p.Admits(map[string]string{"source": nobody}):
		return fmt.Errorf("its event pattern takes what every service tells; name the sources, as in source: [aws.ec2]: %w", pipeline.ErrInvalid)
	case bus == pipeline.BusSlipway && p.Admits(map[string]string{"detail-type": nobody}):
		return fmt.Errorf("its event pattern takes every event of Slipway; name the types, as in detail-type: [deployment.succeeded.v1]: %w", pipeline.ErrInvalid)
	case bus == pipeline.BusSlipway:
		return checkLoop(p, project, b)
	}
	return nil
}

// checkLoop returns [pipeline.ErrInvalid] when p takes an event that the runs of b cause.
func checkLoop(p pattern.Pattern, project string, b pipeline.Runbook) error {
	for _, caused := range []events.Event{
		events.RunbookRequested{}, events.RunbookStarted{}, events.RunbookFinished{}, events.RunbookCancelling{}, events.RunbookSkipped{},
		events.StepStarted{}, events.StepFinished{}, events.StepAwaitingApproval{}, events.ApprovalDecided{},
	} {
		for _, environment := range b.Environments {
			if p.Admits(map[string]string{"source": events.Source, "detail-type": caused.Type(),
				"detail.project": project, "detail.runbook": b.Name, "detail.environment": environment}) {
				return fmt.Errorf("its event pattern takes %s of its own runs, so that it would start itself; take other types, or say of which runbooks, as in detail: { runbook: [other] }: %w",
					caused.Type(), pipeline.ErrInvalid)
			}
		}
	}
	return nil
}
