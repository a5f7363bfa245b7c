package local_test

import (
	"reflect"

	sfn "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// checkRuns asserts that the API tells of every run that is kept what the events tell,
// with its steps (invariants 3, 7 and 12), that its execution has ended if it has, and
// that only runs that a runbook no longer keeps are gone.
func (h *history) checkRuns() {
	h.w.t.Helper()
	for name, b := range h.books {
		keep := pipeline.DefaultKeep
		if runbook, ok := h.file.Runbook(name); ok {
			keep = runbook.Keep
		}
		kept := map[string]bool{}
		for _, r := range h.w.runs(h.name, name) {
			kept[r.ID] = true
		}
		for i, told := range b.runs {
			if kept[told.ID] {
				h.checkRun(told)
			} else if i >= len(b.runs)-keep || !pipeline.Status(told.Status).Terminal() {
				h.w.t.Errorf("run %s of %d, of which %d are kept, is gone", told.ID, len(b.runs), keep)
			}
		}
	}
}

func (h *history) checkRun(told *toldRun) {
	h.w.t.Helper()
	want := told.Run
	want.Steps = told.told()
	ended := pipeline.Status(want.Status).Terminal()
	if !ended {
		want.Cancelling = told.cancelling
	}
	if got := h.w.runIs(want.ID); !reflect.DeepEqual(got, want) {
		h.w.t.Errorf("run %s: the API tells\n%s\nthe events tell\n%s", want.ID, asJSON(got), asJSON(want))
	}
	if want.StartedAt == nil {
		return
	}
	if is := h.w.runExecution(want.ID).Status; ended == (is == sfn.ExecutionStatusRunning) {
		h.w.t.Errorf("run %s is %s, its execution is %s", want.ID, want.Status, is)
	}
}

// checkRunbooks asserts that the API tells of every runbook what the events tell.
func (h *history) checkRunbooks() {
	h.w.t.Helper()
	if h.file.Name == "" { // no project file was ever accepted
		return
	}
	for _, got := range read[api.RunbookList](h.w, "/projects/"+h.name+"/runbooks").Runbooks {
		b := h.book(got.Name)
		want := got // what the file says is not told by events
		want.Runs, want.Paused, want.Active = len(b.runs), b.paused, []api.ActiveRun{}
		if want.Published = h.document; got.Publish != string(pipeline.EntryAutomatic) {
			want.Published = b.published
		}
		want.Draft = want.Published != h.document
		for _, environment := range got.Environments {
			if active := b.active[environment]; active != nil {
				want.Active = append(want.Active, api.ActiveRun{Environment: environment, Run: active.ID, Waiting: len(b.waiting[environment])})
			}
		}
		if !reflect.DeepEqual(got, want) {
			h.w.t.Errorf("runbook %s of %s: the API tells\n%s\nthe events tell\n%s", got.Name, h.name, asJSON(got), asJSON(want))
		}
	}
}
