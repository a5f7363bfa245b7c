package local_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/functions/api"
)

// The steps of runbooks.
const (
	lookStep    = "{ name: look, uses: alarm, with: { alarms: [" + apiErrors + "] } }" // which is done in-line
	lingerStep  = "{ name: linger, uses: wait, with: { for: 2h } }"
	confirmStep = "{ name: confirm, uses: approval, with: { approvers: [release-managers], within: 5d } }"
)

// A runbookFile is a runbook of a project file: its settings, a line each, and its steps.
type runbookFile struct {
	name     string
	settings []string
	steps    []string
}

// runbook returns a runbook that runs steps in dev, with settings besides.
func runbook(name string, steps []string, settings ...string) runbookFile {
	if !slices.ContainsFunc(settings, func(s string) bool { return strings.HasPrefix(s, "environments:") }) {
		settings = append(settings, "environments: [dev]")
	}
	return runbookFile{name, settings, steps}
}

// withRunbooks returns the project file p with runbooks.
func withRunbooks(p projectFile, runbooks ...runbookFile) string {
	text := strings.Builder{}
	text.WriteString(p.String())
	if len(runbooks) > 0 {
		text.WriteString("runbooks:\n")
	}
	for _, r := range runbooks {
		fmt.Fprintf(&text, "  %s:\n", r.name)
		for _, s := range r.settings {
			fmt.Fprintf(&text, "    %s\n", s)
		}
		fmt.Fprintf(&text, "    process:\n")
		for _, s := range r.steps {
			fmt.Fprintf(&text, "      - %s\n", s)
		}
	}
	return text.String()
}

// ops is a project of runbooks; of its package, nothing is ever pushed.
func ops(runbooks ...runbookFile) string {
	return withRunbooks(projectFile{"ops", []string{devPhase}, []string{siteStep}}, runbooks...)
}

// newOps is a world in which the project ops with runbooks is in force.
func newOps(w *world, runbooks ...runbookFile) *world {
	w.t.Helper()
	w.apply("ops", ops(runbooks...))
	w.run(time.Minute)
	return w
}

// runs returns all runs of a runbook that are kept, as the API lists them, the first first.
func (w *world) runs(project, runbook string) []api.Run {
	w.t.Helper()
	var all []api.Run
	for cursor := ""; ; {
		page := read[api.RunList](w, "/projects/"+project+"/runbooks/"+runbook+"/runs?limit=100"+cursor)
		all = append(all, page.Runs...)
		if page.Cursor == "" {
			slices.Reverse(all)
			return all
		}
		cursor = "&cursor=" + page.Cursor
	}
}

// runIs returns a run as the API tells it.
func (w *world) runIs(id string) api.Run {
	w.t.Helper()
	return read[api.Run](w, "/runs/"+id)
}

// wantsRuns asserts the statuses of all runs of a runbook of ops, the first first.
func (w *world) wantsRuns(runbook string, want ...string) {
	w.t.Helper()
	var got []string
	for _, r := range w.runs("ops", runbook) {
		got = append(got, r.Status)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("runs of %s are %q, want %q", runbook, got, want)
	}
}

// startRun asks the API for a run of a runbook of ops, and returns it with the answer's status.
func (w *world) startRun(as, runbook string, r api.RunRequest) (made api.Run, status int) {
	w.t.Helper()
	if r.Environment == "" {
		r.Environment = "dev"
	}
	status = w.ask(as, http.MethodPost, "/projects/ops/runbooks/"+runbook+"/runs", r, &made)
	return made, status
}

// startedRun is [world.startRun] of a request that must be granted.
func (w *world) startedRun(runbook string) api.Run {
	w.t.Helper()
	made, status := w.startRun(manager, runbook, api.RunRequest{})
	if status != http.StatusOK {
		w.t.Fatalf("a run of %s is answered with %d", runbook, status)
	}
	return made
}

// cancel asks the API to end a deployment or a run early; path is that of it.
func (w *world) cancel(as, path string) int {
	w.t.Helper()
	return w.ask(as, http.MethodPost, path+"/cancel", api.CancelRequest{Note: "a drill"}, nil)
}

// operate pauses, resumes or publishes a runbook of ops.
func (w *world) operate(as, runbook, what string) int {
	w.t.Helper()
	return w.ask(as, http.MethodPost, "/projects/ops/runbooks/"+runbook+"/"+what, api.PauseRequest{}, nil)
}

// runExecution describes the execution of a run.
func (w *world) runExecution(run string) *sfn.DescribeExecutionOutput {
	w.t.Helper()
	return w.execution(strings.Replace(w.stack.Outputs()["RunbookStateMachine"], ":stateMachine:", ":execution:", 1) + ":" + run)
}
