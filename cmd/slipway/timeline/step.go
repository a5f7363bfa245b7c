package timeline

import (
	"fmt"

	"slipway/events"
)

// of returns a line such as "storefront production 1.0.0 step smoke succeeded"; a run
// stands there by its id.
func of(s events.Subject, what string) string {
	name := s.Release
	if s.Run != "" {
		name = s.Run
	}
	return line(s.Project, s.Environment+" "+name+" "+what)
}

func stepStarted(e events.StepStarted) string {
	return of(e.Subject, fmt.Sprintf("step %s (%s) started, attempt %d", e.Step, e.Kind, e.Attempt))
}

func stepAwaiting(e events.StepAwaitingApproval) string {
	what := "awaits approval by " + quorum(e.Quorum, e.Approvers)
	if e.Message != "" {
		what = fmt.Sprintf("asks %q and %s", e.Message, what)
	}
	return of(e.Subject, "step "+e.Step+" "+what)
}

func stepFinished(e events.StepFinished) string {
	if e.Error != "" {
		return of(e.Subject, fmt.Sprintf("step %s failed: %s: %s", e.Step, e.Error, e.Cause))
	}
	return of(e.Subject, fmt.Sprintf("step %s succeeded", e.Step))
}
