package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway/functions/api"
)

// stepsText returns the steps that have started, in the order of their starts: how far
// each has come, with its outputs or why it failed, and whom it asks for approval.
func stepsText(steps []api.Step) string {
	t := newTable("  ", "STEP", "KIND", "ATTEMPT", "STATUS", "STARTED", "FINISHED", "OUTCOME")
	for _, s := range slices.SortedStableFunc(slices.Values(steps), byStart) {
		t.row("  ", s.Step, s.Kind, fmt.Sprint(s.Attempt), s.Status, moment(s.StartedAt), moment(s.FinishedAt), outcome(s))
	}
	return t.String()
}

// byStart orders steps by the time of their start.
func byStart(x, y api.Step) int { return started(x).Compare(started(y)) }

// started returns when s started; the zero time for what is no time.
func started(s api.Step) time.Time {
	if s.StartedAt == nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, *s.StartedAt)
	if err != nil {
		return time.Time{}
	}
	return t
}

// outcome returns what there is to say of s: "asks 1 of release-managers",
// "Rejected: by manager1", or its outputs.
func outcome(s api.Step) string {
	switch {
	case s.Error != "":
		return s.Error + ": " + s.Cause
	case asks(s):
		return strings.TrimSuffix(fmt.Sprintf("asks %d of %s: %s", s.Asked.Quorum, strings.Join(s.Asked.Approvers, " and "), s.Asked.Message), ": ")
	}
	var outputs []string
	for _, name := range slices.Sorted(maps.Keys(s.Outputs)) {
		outputs = append(outputs, name+"="+s.Outputs[name])
	}
	return strings.Join(outputs, " ")
}
