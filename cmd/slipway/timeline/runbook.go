package timeline

import (
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
)

// aboutRun returns a line such as "storefront production storefront_nightly_17 started".
func aboutRun(r events.Run, what string) string {
	return line(r.Project, r.Environment+" "+r.Run+" "+what)
}

// cause returns what a trigger is, as it stands behind "by".
func cause(t events.Trigger) string {
	switch {
	case t.Kind == pipeline.TriggerSchedule:
		return "the schedule of " + t.Slot.UTC().Format(time.RFC3339)
	case t.Alarm != "":
		return "alarm " + t.Alarm + " (event " + t.Event + ")"
	case t.Kind == pipeline.TriggerEvent:
		return "event " + t.Event
	}
	return t.Kind
}

func runRequested(e events.RunbookRequested) string {
	what := "requested by " + cause(e.Trigger)
	if e.Draft {
		what += " as a draft"
	}
	if e.Holder != "" {
		what += ", waits for " + e.Holder
	}
	return aboutRun(e.Run, what)
}

func runStarted(e events.RunbookStarted) string {
	if e.Queued {
		return aboutRun(e.Run, "started after its wait")
	}
	return aboutRun(e.Run, "started")
}

func runFinished(e events.RunbookFinished) string {
	what := e.Status
	for _, why := range []string{e.Error, e.Cause} {
		if why != "" {
			what += ": " + why
		}
	}
	return aboutRun(e.Run, what)
}

func runSkipped(e events.RunbookSkipped) string {
	return line(e.Project, e.Environment+" runbook "+e.Runbook+" skips the run that "+cause(e.Trigger)+" asked for: "+e.Reason)
}

func runbookPublished(e events.RunbookPublished) string {
	return line(e.Project, "runbook "+e.Runbook+" published, "+short(e.Document))
}

func runbookPaused(e events.RunbookPaused) string {
	return line(e.Project, "runbook "+e.Runbook+" paused"+quoted(e.Note))
}
