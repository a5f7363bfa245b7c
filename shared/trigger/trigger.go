// Package trigger keeps the schedules of EventBridge Scheduler and the rules of
// EventBridge that start runbooks in step with project files.
package trigger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/shared/pipeline"
)

// The detail-types of what triggers send to startrunbook, in the form of events of
// Slipway's own source. They travel from Scheduler or EventBridge to the function and
// are on no bus.
const (
	Due      = "Runbook Due"    // a schedule's slot has come; the detail is a [Slot]
	Happened = "Runbook Wanted" // an event happened that starts a runbook; the detail is an [Event]
	Sweep    = "Triggers Sweep" // it is time to look whether the triggers are still as they should be
)

// A Slot is a time at which a schedule starts a runbook.
type Slot struct {
	Project    string    `json:"project"`
	Runbook    string    `json:"runbook"`
	At         time.Time `json:"at"`
	Expression string    `json:"expression"` // the schedule's
	Timezone   string    `json:"timezone"`
}

// An Event is something that happened and that starts a runbook.
type Event struct {
	Project string `json:"project"`
	Runbook string `json:"runbook"`
	ID      string `json:"id"`               // the event's
	Alarm   string `json:"alarm,omitempty"`  // the name of the alarm that it is of
	Record  string `json:"record,omitempty"` // the hash of the record that it tells of, if it is Slipway's own
}

// Wanted is a runbook as its triggers should be.
type Wanted struct {
	Runbook pipeline.Runbook
	Paused  bool // the triggers are there, and do nothing
	// Over tells that the schedule's last slot has passed. It is not made then, as
	// Scheduler need not take one that asks for a time which has passed; but one that is
	// there stays, since that slot may be under way.
	Over bool
}

// A Config tells where triggers live and where they lead.
type Config struct {
	Group        string // the schedule group
	Bus          string // name of Slipway's bus
	Account      string // of the installation; alarms of others start nothing
	Region       string // of the installation; so here
	Function     string // ARN of startrunbook
	ScheduleRole string // ARN of the role that schedules take on to invoke it
	DeadLetters  string // ARN of the queue for what can't be delivered
}

// Triggers are the schedules and rules that start runbooks.
type Triggers struct {
	config    Config
	schedules scheduleClient
	rules     ruleClient
}

// New returns the triggers that the clients reach.
func New(c Config, schedules scheduleClient, rules ruleClient) *Triggers {
	return &Triggers{c, schedules, rules}
}

// Sync makes the triggers of a project those of the given runbooks: what is missing is
// made, what differs is put right, and what is there beyond them is removed. Nothing is
// written where all is as it should be, and Sync may be repeated at will.
func (t *Triggers) Sync(ctx context.Context, project string, runbooks []Wanted) error {
	err := errors.Join(t.syncSchedules(ctx, project, runbooks), t.syncRules(ctx, project, runbooks))
	if err != nil {
		return fmt.Errorf("keep the triggers of project %s in step: %w", project, err)
	}
	return nil
}

// How long and how often the delivery to startrunbook is tried again: as AWS does
// unless told otherwise, per "RetryPolicy" in the API references of both services. It is
// said so that another policy, set by hand, is seen to differ.
const (
	maxAge     = 24 * 60 * 60 // seconds
	maxRetries = 185
)

// alike tells whether two values have the same JSON form.
func alike(a, b any) bool {
	left, err := json.Marshal(a)
	if err != nil {
		return false
	}
	right, err := json.Marshal(b)
	return err == nil && bytes.Equal(left, right)
}
