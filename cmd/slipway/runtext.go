package main

import (
	"context"
	"io"

	"slipway/functions/api"
)

// A runReader reads runs.
type runReader interface {
	Run(ctx context.Context, id string) (api.Run, error)
}

// showRun prints one run.
func showRun(ctx context.Context, c runReader, out io.Writer, f format, id string) error {
	run, err := c.Run(ctx, id)
	if err != nil {
		return err
	}
	return show(out, f, run, runText)
}

// runText returns a run with its steps, for people.
func runText(r api.Run) string {
	text := runTable([]api.Run{r})
	if r.Cancelling != "" {
		text += "is to end: " + printable(r.Cancelling) + "\n"
	}
	return text + "\nSteps\n" + stepsText(r.Steps)
}

func runTable(runs []api.Run) string {
	t := newTable("", "RUN", "ENVIRONMENT", "STATUS", "STARTED BY", "REQUESTED", "FINISHED", "REASON")
	for _, r := range runs {
		t.row("", r.ID, r.Environment, r.Status, startedBy(r), moment(r.RequestedAt), moment(r.FinishedAt), r.Reason)
	}
	return t.String()
}

// startedBy returns who or what made r.
func startedBy(r api.Run) string {
	text := r.RequestedBy
	switch {
	case r.Trigger.Alarm != "":
		text = "alarm " + r.Trigger.Alarm
	case r.Trigger.Event != "":
		text = "event " + r.Trigger.Event
	case r.Trigger.Slot != nil:
		text = "schedule of " + moment(r.Trigger.Slot)
	}
	if r.Draft {
		text += ", as a draft"
	}
	return text
}
