package local_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A book is what the events have told of a runbook.
type book struct {
	name      string
	runs      []*toldRun          // in the order of their requests: number n is at n-1
	occasions map[string]string   // what came of each slot and of each event, by environment
	active    map[string]*toldRun // by environment
	waiting   map[string][]*toldRun
	published string // digest of the project file
	paused    *api.Pause
}

// A toldRun is what the events have told of a run.
type toldRun struct {
	api.Run
	process
}

// book returns what has been told of a runbook of the project.
func (h *history) book(name string) *book {
	if h.books[name] == nil {
		h.books[name] = &book{name: name, occasions: map[string]string{}, active: map[string]*toldRun{}, waiting: map[string][]*toldRun{}}
	}
	return h.books[name]
}

// addRunbook takes an event about a runbook or a run of it; ok is false when it is none.
func (h *history) addRunbook(a pipeline.AuditEntry) (ok bool) {
	h.w.t.Helper()
	if !strings.HasPrefix(a.Type, "runbook.") {
		return false
	}
	b := h.book(detailOf[events.RunbookResumed](h.w, a).Runbook) // which all of them name
	switch a.Type {
	case events.RunbookRequested{}.Type():
		h.requestRun(a, b, detailOf[events.RunbookRequested](h.w, a))
	case events.RunbookStarted{}.Type():
		h.startRun(a, b, detailOf[events.RunbookStarted](h.w, a))
	case events.RunbookCancelling{}.Type():
		h.cancelRun(a, b, detailOf[events.RunbookCancelling](h.w, a))
	case events.RunbookFinished{}.Type():
		h.finishRun(a, b, detailOf[events.RunbookFinished](h.w, a))
	case events.RunbookSkipped{}.Type():
		e := detailOf[events.RunbookSkipped](h.w, a)
		h.occur(a, b, e.Environment, e.Trigger, "skipped: "+e.Reason)
	case events.RunbookPublished{}.Type():
		b.published = detailOf[events.RunbookPublished](h.w, a).Document
	case events.RunbookPaused{}.Type():
		b.paused = &api.Pause{By: a.By, At: moment(a.At), Note: detailOf[events.RunbookPaused](h.w, a).Note}
	case events.RunbookResumed{}.Type():
		b.paused = nil
	default:
		return false
	}
	return true
}

// run returns the run that an event is about; nil, with an error, when it has ended or
// was never requested.
func (h *history) run(a pipeline.AuditEntry, b *book, subject events.Run) *toldRun {
	h.w.t.Helper()
	i := slices.IndexFunc(b.runs, func(r *toldRun) bool { return r.ID == subject.Run })
	if i < 0 {
		h.errorf(a, "run %q was never requested", subject.Run)
		return nil
	}
	r := b.runs[i]
	if pipeline.Status(r.Status).Terminal() {
		h.errorf(a, "run %s is %s and leaves that", r.ID, r.Status)
		return nil
	}
	return r
}

func (h *history) requestRun(a pipeline.AuditEntry, b *book, e events.RunbookRequested) {
	h.w.t.Helper()
	r := &toldRun{Run: api.Run{ID: e.Run.Run, Project: e.Project, Runbook: e.Runbook, Environment: e.Environment, Status: string(pipeline.StatusQueued),
		Trigger:  api.RunTrigger{Kind: e.Trigger.Kind, Event: e.Trigger.Event, Alarm: e.Trigger.Alarm},
		Document: e.Document, Draft: e.Draft, Plan: e.Plan, RequestedBy: a.By, RequestedAt: moment(a.At)}}
	if !e.Trigger.Slot.IsZero() {
		r.Trigger.Slot = moment(e.Trigger.Slot)
	}
	if want := fmt.Sprintf("%s_%s_%d", h.name, b.name, len(b.runs)+1); r.ID != want {
		h.errorf(a, "the run is %s, want %s", r.ID, want)
	}
	b.runs = append(b.runs, r)
	h.occur(a, b, e.Environment, e.Trigger, r.ID)
	holder := ""
	if active := b.active[e.Environment]; active != nil {
		holder = active.ID
	}
	if e.Holder != holder {
		h.errorf(a, "%s waits for %q, while %q goes on", r.ID, e.Holder, holder)
	}
	if holder != "" {
		b.waiting[e.Environment] = append(b.waiting[e.Environment], r)
	}
}

// occur asserts that a slot or an event comes to something once (invariant 9), and that
// no slot comes to anything before its time.
func (h *history) occur(a pipeline.AuditEntry, b *book, environment string, t events.Trigger, came string) {
	h.w.t.Helper()
	occasion := ""
	switch t.Kind {
	case pipeline.TriggerSchedule:
		occasion = "slot " + t.Slot.Format(time.RFC3339) + " in " + environment
		if a.At.Before(t.Slot) {
			h.errorf(a, "%s of runbook %s comes early", occasion, b.name)
		}
	case pipeline.TriggerEvent:
		occasion = "event " + t.Event + " in " + environment
	case pipeline.TriggerHand:
		return
	}
	if before, twice := b.occasions[occasion]; twice {
		h.errorf(a, "%s of runbook %s came to %s before, and comes to %s", occasion, b.name, before, came)
	}
	b.occasions[occasion] = came
}

// startRun asserts, as a run starts, that no other of its runbook goes on in its
// environment, and that it is the first that waits, if any does.
func (h *history) startRun(a pipeline.AuditEntry, b *book, e events.RunbookStarted) {
	h.w.t.Helper()
	r := h.run(a, b, e.Run)
	if r == nil {
		return
	}
	if active := b.active[r.Environment]; active != nil {
		h.errorf(a, "%s starts while %s goes on in %s", r.ID, active.ID, r.Environment)
	}
	waiting := b.waiting[r.Environment]
	if e.Queued != slices.Contains(waiting, r) || len(waiting) > 0 && waiting[0] != r {
		h.errorf(a, "%s starts, queued: %t, while %s wait", r.ID, e.Queued, named(waiting))
	}
	if e.Plan != r.Plan {
		h.errorf(a, "%s starts with plan %s, not %s", r.ID, e.Plan, r.Plan)
	}
	b.leave(r)
	b.active[r.Environment] = r
	r.Status, r.StartedAt = string(pipeline.StatusRunning), moment(a.At)
}

func (h *history) cancelRun(a pipeline.AuditEntry, b *book, e events.RunbookCancelling) {
	h.w.t.Helper()
	r := h.run(a, b, e.Run)
	if r == nil {
		return
	}
	if b.active[r.Environment] != r || r.cancelling != "" {
		h.errorf(a, "%s does not go on, or is being cancelled already", r.ID)
	}
	r.cancelling = e.Cause
}

func (h *history) finishRun(a pipeline.AuditEntry, b *book, e events.RunbookFinished) {
	h.w.t.Helper()
	r := h.run(a, b, e.Run)
	if r == nil {
		return
	}
	r.Status, r.FinishedAt = e.Status, moment(a.At)
	switch pipeline.Status(e.Status) {
	case pipeline.StatusSucceeded:
		h.checkSteps(a, r)
	case pipeline.StatusFailed:
		r.Reason = e.Error + ": " + e.Cause
	case pipeline.StatusCancelled:
		r.Reason = e.Cause
	default:
		h.errorf(a, "%s ends as %q", r.ID, e.Status)
	}
	switch {
	case b.active[r.Environment] == r:
		b.active[r.Environment] = nil
	case r.Status != string(pipeline.StatusCancelled):
		h.errorf(a, "%s is %s and never started", r.ID, r.Status)
	}
	b.leave(r)
}

// checkSteps asserts that a run that succeeds has done all that its file says.
func (h *history) checkSteps(a pipeline.AuditEntry, r *toldRun) {
	h.w.t.Helper()
	var want, got []string
	if runbook, ok := h.parse(r.Document).Runbook(r.Runbook); ok {
		for _, s := range runbook.Process {
			want = append(want, s.Name+" "+string(pipeline.StatusSucceeded))
		}
	}
	for _, s := range r.steps {
		got = append(got, s.Step.Step+" "+s.Status)
	}
	if !slices.Equal(got, want) {
		h.errorf(a, "%s succeeds with the steps %q, want %q", r.ID, got, want)
	}
}

func (b *book) leave(r *toldRun) {
	b.waiting[r.Environment] = slices.DeleteFunc(b.waiting[r.Environment], func(w *toldRun) bool { return w == r })
}

// named returns the ids of runs.
func named(runs []*toldRun) []string {
	ids := []string{}
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids
}
