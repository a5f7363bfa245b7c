package events

import "time"

// A Run names the run of a runbook that an event is about.
type Run struct {
	Run         string `json:"run"`
	Project     string `json:"project"`
	Runbook     string `json:"runbook"`
	Environment string `json:"environment"`
}

// A Trigger tells what made a run, or would have.
type Trigger struct {
	Kind string    `json:"kind"`          // "hand", "schedule" or "event"
	Slot time.Time `json:"slot,omitzero"` // of a schedule: the time that was due
	// Event is the id of the event; Alarm the name of the alarm that it is of, if it is.
	Event string `json:"event,omitempty"`
	Alarm string `json:"alarm,omitempty"`
}

// RunbookRequested tells that a run is to be made.
type RunbookRequested struct {
	Run
	Trigger  Trigger `json:"trigger"`
	Plan     string  `json:"plan"`             // hash of what it does
	Document string  `json:"document"`         // digest of the project file that it comes from
	Draft    bool    `json:"draft"`            // whether that was not published
	Holder   string  `json:"holder,omitempty"` // the run that it waits for, if it does
}

// Type returns "runbook.requested.v1".
func (RunbookRequested) Type() string { return "runbook.requested.v1" }

// RunbookStarted tells that a run begins with its steps.
type RunbookStarted struct {
	Run
	Plan   string `json:"plan"`
	Queued bool   `json:"queued"` // whether it had to wait for another run
}

// Type returns "runbook.started.v1".
func (RunbookStarted) Type() string { return "runbook.started.v1" }

// RunbookFinished tells how a run ended.
type RunbookFinished struct {
	Run
	Status string `json:"status"` // "succeeded", "failed" or "cancelled"
	Error  string `json:"error,omitempty"`
	Cause  string `json:"cause,omitempty"`
}

// Type returns "runbook.finished.v1".
func (RunbookFinished) Type() string { return "runbook.finished.v1" }

// RunbookCancelling tells that somebody wants a run that goes on to end.
type RunbookCancelling struct {
	Run
	Cause string `json:"cause"`
}

// Type returns "runbook.cancelling.v1".
func (RunbookCancelling) Type() string { return "runbook.cancelling.v1" }

// RunbookSkipped tells that a trigger made no run, and why.
type RunbookSkipped struct {
	Project     string  `json:"project"`
	Runbook     string  `json:"runbook"`
	Environment string  `json:"environment"`
	Trigger     Trigger `json:"trigger"`
	Reason      string  `json:"reason"` // for people
}

// Type returns "runbook.skipped.v1".
func (RunbookSkipped) Type() string { return "runbook.skipped.v1" }

// RunbookPublished tells which version of a runbook triggers run from now on.
type RunbookPublished struct {
	Project  string `json:"project"`
	Runbook  string `json:"runbook"`
	Document string `json:"document"` // digest of the project file that holds it
}

// Type returns "runbook.published.v1".
func (RunbookPublished) Type() string { return "runbook.published.v1" }

// RunbookPaused tells that triggers start a runbook no more.
type RunbookPaused struct {
	Project string `json:"project"`
	Runbook string `json:"runbook"`
	Note    string `json:"note"`
}

// Type returns "runbook.paused.v1".
func (RunbookPaused) Type() string { return "runbook.paused.v1" }

// RunbookResumed tells that triggers start a runbook again.
type RunbookResumed struct {
	Project string `json:"project"`
	Runbook string `json:"runbook"`
}

// Type returns "runbook.resumed.v1".
func (RunbookResumed) Type() string { return "runbook.resumed.v1" }
