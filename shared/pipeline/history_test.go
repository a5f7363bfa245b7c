package pipeline_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slipway/events"
	"slipway/shared/pipeline"
)

// A world is what the table would hold of one environment, and its whole audit log.
// Its actions do to it what the functions do, in any order and as often as rapid
// likes; what they may not do is refused by the domain, or found by check.
type world struct {
	environment pipeline.Environment
	deployments map[pipeline.DeploymentID]pipeline.Deployment
	log         []pipeline.AuditEntry
	minutes     int

	arrived []pipeline.DeploymentID // in the order in which they came into the queue
	ended   map[pipeline.DeploymentID]pipeline.Status
	fences  []pipeline.DeploymentID // every holder there was
}

// approvers may decide; "requester" is one of them but excluded.
func approvers() []string { return []string{"manager1", "manager2", "requester"} }

func TestEveryHistoryOfAnEnvironmentKeepsTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{environment: pipeline.Environment{Project: "storefront", Name: "production"},
			deployments: map[pipeline.DeploymentID]pipeline.Deployment{}, ended: map[pipeline.DeploymentID]pipeline.Status{}}
		t.Repeat(map[string]func(*rapid.T){
			"request": w.request, "ask": w.ask, "decide": w.decide, "acquire": w.acquire, "finish": w.finish, "": w.check,
		})
	})
}

// any draws one of the deployments there are.
func (w *world) any(t *rapid.T) pipeline.Deployment {
	if len(w.deployments) == 0 {
		t.Skip("nothing was requested yet")
	}
	ids := make([]pipeline.DeploymentID, 0, len(w.deployments))
	for id := range w.deployments {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b pipeline.DeploymentID) int { return a.Release*10000 + a.Attempt - b.Release*10000 - b.Attempt })
	return w.deployments[rapid.SampledFrom(ids).Draw(t, "deployment")]
}

func (w *world) request(t *rapid.T) {
	r := release(rapid.IntRange(1, 4).Draw(t, "release"))
	var known []pipeline.Deployment
	for _, d := range w.deployments {
		if d.ID.Release == r.Number {
			known = append(known, d)
		}
	}
	attempt, active := pipeline.NextAttempt(known, "production")
	if active != nil {
		t.Skip("an attempt is under way")
	}
	by := rapid.SampledFrom([]string{pipeline.System, "requester"}).Draw(t, "by")
	d, event := pipeline.NewDeployment(r, "production", attempt, pipeline.Requester{By: by}, at(w.minutes))
	w.write(t, []pipeline.Deployment{d}, []events.Event{event}, nil)
}

func plans() *rapid.Generator[string] { return rapid.SampledFrom([]string{digest("a"), digest("b")}) }

func (w *world) ask(t *rapid.T) {
	d := w.any(t)
	event, err := d.Ask(plans().Draw(t, "plan"), "token", pipeline.Asked{Quorum: 2, Groups: []string{"managers"}, Excluded: []string{"requester"}}, events.ApprovalStart{})
	var happened []events.Event
	if event != nil {
		happened = []events.Event{event}
	}
	w.write(t, []pipeline.Deployment{d}, happened, err)
}

func (w *world) decide(t *rapid.T) {
	d := w.any(t)
	happened, err := d.Decide(pipeline.Approval{
		Plan: plans().Draw(t, "plan"), By: rapid.SampledFrom(append(approvers(), "stranger")).Draw(t, "by"), At: at(w.minutes),
		Decision: rapid.SampledFrom([]string{pipeline.DecisionApprove, pipeline.DecisionApprove, pipeline.DecisionReject}).Draw(t, "decision"),
	}, approvers())
	w.write(t, []pipeline.Deployment{d}, happened, err)
}

func (w *world) acquire(t *rapid.T) {
	d := w.any(t)
	changed, happened, err := w.environment.Acquire(d, digest("a"), "token", w.waiting(), at(w.minutes))
	w.write(t, changed, happened, err)
}

func (w *world) finish(t *rapid.T) {
	d := w.any(t)
	outcome := rapid.SampledFrom([]pipeline.Status{pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled}).Draw(t, "outcome")
	changed, happened, err := w.environment.Finish(d, pipeline.Outcome{Status: outcome}, w.waiting(), at(w.minutes))
	w.write(t, changed, happened, err)
}

func (w *world) waiting() []pipeline.Deployment {
	var all []pipeline.Deployment
	for _, id := range w.environment.Queue {
		all = append(all, w.deployments[id])
	}
	return all
}

// write does what one transaction of the table does.
func (w *world) write(t *rapid.T, changed []pipeline.Deployment, happened []events.Event, err error) {
	w.minutes++
	if err != nil {
		if !errors.Is(err, pipeline.ErrEnded) && !errors.Is(err, pipeline.ErrRefused) {
			t.Fatalf("neither ended nor refused: %v", err)
		}
		return
	}
	for _, d := range changed {
		if was, ok := w.deployments[d.ID]; ok && was.Status != pipeline.StatusQueued && d.Status == pipeline.StatusQueued {
			w.arrived = append(w.arrived, d.ID)
		}
		w.deployments[d.ID] = d
	}
	if n := len(w.fences); w.environment.Fence > n {
		w.fences = append(w.fences, w.environment.Holder)
	}
	for _, e := range happened {
		var last events.Record
		if n := len(w.log); n > 0 {
			last = w.log[n-1].Record
		}
		a, err := pipeline.Seal(pipeline.ProjectChain("storefront"), last, e, pipeline.System, at(w.minutes))
		if err != nil {
			t.Fatal(err)
		}
		fits(t, a)
		w.log = append(w.log, a)
	}
}

func (w *world) check(t *rapid.T) {
	w.checkHolder(t)
	w.checkQueue(t)
	for _, d := range w.deployments {
		w.checkEnd(t, d)
		w.checkApprovals(t, d)
	}
	if err := verify(w.log); err != nil {
		t.Fatal(err)
	}
	w.checkFold(t)
}

// checkHolder: at most one deployment is active, and each holder has a fence of its own (invariant 2).
func (w *world) checkHolder(t *rapid.T) {
	var running []pipeline.DeploymentID
	for id, d := range w.deployments {
		if d.Status == pipeline.StatusRunning {
			running = append(running, id)
		}
	}
	free := w.environment.Holder == (pipeline.DeploymentID{})
	if len(running) > 1 || free != (len(running) == 0) || !free && running[0] != w.environment.Holder {
		t.Fatalf("%v run and %q holds the environment", running, w.environment.Holder)
	}
	if w.environment.Fence != len(w.fences) {
		t.Fatalf("fence %d after the holders %v", w.environment.Fence, w.fences)
	}
	if free && len(w.environment.Queue) > 0 {
		t.Fatalf("%v wait for an environment that is free", w.environment.Queue)
	}
}

// checkQueue: those that wait are in the queue, once and in the order in which they came.
func (w *world) checkQueue(t *rapid.T) {
	var want []pipeline.DeploymentID
	for _, id := range w.arrived {
		if w.deployments[id].Status == pipeline.StatusQueued {
			want = append(want, id)
		}
	}
	if !slices.Equal(want, w.environment.Queue) {
		t.Fatalf("the queue is %v, want %v", w.environment.Queue, want)
	}
}

// checkEnd: a terminal status is reached once and never left (invariant 3).
func (w *world) checkEnd(t *rapid.T, d pipeline.Deployment) {
	if was, ok := w.ended[d.ID]; ok && was != d.Status {
		t.Fatalf("%s was %s and is %s", d.ID, was, d.Status)
	}
	if d.Status.Terminal() {
		w.ended[d.ID] = d.Status
	}
	if d.Status.Terminal() == d.FinishedAt.IsZero() {
		t.Fatalf("%s is %s and finished at %s", d.ID, d.Status, d.FinishedAt)
	}
}

// checkApprovals: whoever may decide is counted once for a plan (invariant 4).
func (w *world) checkApprovals(t *rapid.T, d pipeline.Deployment) {
	counted := map[string]int{}
	rejected := false
	for _, a := range d.Approvals {
		if who := a.By + a.Plan; counted[who] > 0 || a.By == "requester" || !slices.Contains(approvers(), a.By) {
			t.Fatalf("%s has the decisions %+v", d.ID, d.Approvals)
		}
		counted[a.By+a.Plan]++
		if a.Decision == pipeline.DecisionApprove {
			counted[a.Plan]++
		}
		rejected = rejected || a.Decision == pipeline.DecisionReject
	}
	if rejected != (d.Status == pipeline.StatusRejected) {
		t.Fatalf("%s is %s with the decisions %+v", d.ID, d.Status, d.Approvals)
	}
	for _, plan := range []string{digest("a"), digest("b")} {
		if want := counted[plan] == 2 && !rejected; d.Approved(plan, 2) != want {
			t.Fatalf("%s is approved for %s: %t, with the decisions %+v", d.ID, plan, !want, d.Approvals)
		}
	}
}

// checkFold: the statuses are what the audit log tells, one record a transition (invariants 7 and 12).
func (w *world) checkFold(t *rapid.T) {
	told := map[string]string{}
	for _, a := range w.log {
		if status, ok := strings.CutPrefix(strings.TrimSuffix(a.Type, ".v1"), "deployment."); ok {
			told[subjectOf(t, a)] = status
		}
	}
	for id, d := range w.deployments {
		want := string(d.Status)
		if d.Status == pipeline.StatusRunning {
			want = "started"
		}
		if told[id.String()] != want {
			t.Fatalf("%s is %s, but the audit log says %s", id, d.Status, told[id.String()])
		}
	}
}

// subjectOf returns the deployment that a record tells of.
func subjectOf(t *rapid.T, a pipeline.AuditEntry) string {
	var subject events.Deployment
	if err := json.Unmarshal(a.Detail, &subject); err != nil {
		t.Fatal(err)
	}
	return subject.Deployment
}
