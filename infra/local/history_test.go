package local_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
	"slipway/shared/project"
)

// A history is the fold of a project's chain: all that its events tell.
type history struct {
	w            *world
	name         string
	file         pipeline.Project // in force
	document     string           // digest of it
	parsed       map[string]pipeline.Project
	releases     []events.ReleaseCreated
	deployments  map[string]*told
	order        []string // of the requests
	environments map[string]*place
	books        map[string]*book // runbooks by name
}

// told is what the events have told of a deployment.
type told struct {
	api.Deployment
	process
	release events.ReleaseCreated
	asked   *events.DeploymentAwaitingApproval
	decided []events.ApprovalDecided
}

// approvals returns how many people approved plan.
func (d *told) approvals(plan string) (n int) {
	for _, e := range d.decided {
		if e.Plan == plan && e.Decision == pipeline.DecisionApprove {
			n++
		}
	}
	return n
}

// A place is what the events have told of an environment.
type place struct {
	holder  string
	holders int
	queue   []string
	current *told    // succeeded there last
	stack   []string // releases that succeeded there, the present one last; a rollback takes it off
}

// succeed notes that d is what the place has now.
func (p *place) succeed(d *told) {
	p.current = d
	switch n := len(p.stack); {
	case d.Rollback != "":
		p.stack = p.stack[:n-1]
	case n == 0 || p.stack[n-1] != d.Release:
		p.stack = append(p.stack, d.Release)
	}
}

// fold returns the history that a project's chain tells.
func (w *world) fold(name string, chain []pipeline.AuditEntry) *history {
	w.t.Helper()
	h := &history{w: w, name: name, deployments: map[string]*told{}, environments: map[string]*place{}, books: map[string]*book{}, parsed: map[string]pipeline.Project{}}
	for _, a := range chain {
		h.add(a)
	}
	return h
}

func (h *history) errorf(a pipeline.AuditEntry, format string, args ...any) {
	h.w.t.Helper()
	h.w.t.Errorf("record %s/%d %s: %s", a.Chain, a.Sequence, a.Type, fmt.Sprintf(format, args...))
}

func (h *history) add(a pipeline.AuditEntry) {
	h.w.t.Helper()
	switch a.Type {
	case events.ProjectApplied{}.Type():
		h.apply(detailOf[events.ProjectApplied](h.w, a))
	case events.ReleaseCreated{}.Type():
		h.create(a, detailOf[events.ReleaseCreated](h.w, a))
	case events.DeploymentRequested{}.Type():
		h.request(a, detailOf[events.DeploymentRequested](h.w, a))
	case events.ProjectRejected{}.Type():
	default:
		if !h.addStep(a) && !h.addRunbook(a) {
			h.move(a)
		}
	}
}

func (h *history) apply(e events.ProjectApplied) {
	h.w.t.Helper()
	h.document, h.file = e.Document, h.parse(e.Document)
}

// parse returns the project file of that digest, which the project has had.
func (h *history) parse(document string) pipeline.Project {
	h.w.t.Helper()
	if p, known := h.parsed[document]; known {
		return p
	}
	source, err := h.w.table().Document(context.Background(), h.name, document)
	var d project.Document
	if err == nil {
		d, err = project.Parse(source)
	}
	if err != nil {
		h.w.t.Fatal(err)
	}
	h.parsed[document] = d.Project
	return d.Project
}

func (h *history) create(a pipeline.AuditEntry, e events.ReleaseCreated) {
	h.w.t.Helper()
	h.releases = append(h.releases, e)
	if e.Number != len(h.releases) {
		h.errorf(a, "release %s has number %d, want %d", e.Release, e.Number, len(h.releases))
	}
	if slices.ContainsFunc(h.releases[:len(h.releases)-1], func(r events.ReleaseCreated) bool { return r.Release == e.Release }) {
		h.errorf(a, "release %s exists already", e.Release)
	}
}

func (h *history) request(a pipeline.AuditEntry, e events.DeploymentRequested) {
	h.w.t.Helper()
	d := &told{Deployment: api.Deployment{ID: e.Deployment.Deployment, Project: e.Project, Release: e.Release, Environment: e.Environment,
		Status: string(pipeline.StatusRequested), Rollback: e.Rollback, RequestedBy: a.By, RequestedAt: moment(a.At), Approvals: []api.Approval{}}}
	if h.deployments[d.ID] != nil {
		h.errorf(a, "deployment %s was requested before", d.ID)
	}
	i := slices.IndexFunc(h.releases, func(r events.ReleaseCreated) bool { return r.Release == e.Release })
	if i < 0 {
		h.errorf(a, "there is no release %s", e.Release)
		return
	}
	d.release = h.releases[i]
	h.deployments[d.ID], h.order = d, append(h.order, d.ID)
	if h.environments[d.Environment] == nil {
		h.environments[d.Environment] = &place{}
	}
	if d.Rollback != "" {
		h.checkRollback(a, d)
	}
}

// checkRollback asserts that d goes back to what succeeded before the present release
// (invariant 8).
func (h *history) checkRollback(a pipeline.AuditEntry, d *told) {
	h.w.t.Helper()
	place := h.environments[d.Environment]
	if n := len(place.stack); n < 2 || place.current.ID != d.Rollback || place.stack[n-2] != d.Release {
		h.errorf(a, "%s takes %s back to %s; the environment has had %q", d.ID, d.Rollback, d.Release, place.stack)
	}
}

// move takes an event that changes where a deployment stands.
func (h *history) move(a pipeline.AuditEntry) {
	h.w.t.Helper()
	subject := detailOf[events.DeploymentSucceeded](h.w, a)
	d := h.deployments[subject.Deployment.Deployment]
	if d == nil {
		h.errorf(a, "deployment %q was never requested", subject.Deployment.Deployment)
		return
	}
	if pipeline.Status(d.Status).Terminal() {
		h.errorf(a, "deployment %s is %s and leaves that", d.ID, d.Status)
	}
	e := h.environments[d.Environment]
	switch a.Type {
	case events.ApprovalDecided{}.Type():
		h.decide(a, d, detailOf[events.ApprovalDecided](h.w, a))
		return
	case events.DeploymentAwaitingApproval{}.Type():
		asked := detailOf[events.DeploymentAwaitingApproval](h.w, a)
		d.asked, d.Plan, d.Status = &asked, asked.Plan, string(pipeline.StatusAwaitingApproval)
		return
	case events.DeploymentQueued{}.Type():
		h.queue(a, d, detailOf[events.DeploymentQueued](h.w, a))
		return
	case events.DeploymentStarted{}.Type():
		h.start(a, d, detailOf[events.DeploymentStarted](h.w, a))
		return
	case events.DeploymentCancelling{}.Type():
		if d.cancelling != "" || d.Status != string(pipeline.StatusRunning) {
			h.errorf(a, "deployment %s is %s, or is being cancelled already", d.ID, d.Status)
		}
		d.cancelling = detailOf[events.DeploymentCancelling](h.w, a).Cause
		return
	}
	h.end(a, d)
	if e.holder == d.ID {
		e.holder = ""
	}
	e.leave(d.ID)
}

func (e *place) leave(id string) {
	e.queue = slices.DeleteFunc(e.queue, func(waiting string) bool { return waiting == id })
}

func (h *history) queue(a pipeline.AuditEntry, d *told, e events.DeploymentQueued) {
	h.w.t.Helper()
	place := h.environments[d.Environment]
	if e.Holder != place.holder {
		h.errorf(a, "%s waits for %q while %q has %s", d.ID, e.Holder, place.holder, d.Environment)
	}
	d.Status, d.Plan = string(pipeline.StatusQueued), e.Plan
	place.queue = append(place.queue, d.ID)
}

func (h *history) end(a pipeline.AuditEntry, d *told) {
	h.w.t.Helper()
	d.FinishedAt = moment(a.At)
	place := h.environments[d.Environment]
	switch a.Type {
	case events.DeploymentSucceeded{}.Type():
		d.Status = string(pipeline.StatusSucceeded)
		place.succeed(d)
		if place.holder != d.ID {
			h.errorf(a, "%s does not have %s", d.ID, d.Environment)
		}
	case events.DeploymentFailed{}.Type():
		e := detailOf[events.DeploymentFailed](h.w, a)
		d.Status, d.Reason = string(pipeline.StatusFailed), e.Error+": "+e.Cause
	case events.DeploymentCancelled{}.Type():
		d.Status, d.Reason = string(pipeline.StatusCancelled), detailOf[events.DeploymentCancelled](h.w, a).Cause
	case events.DeploymentRejected{}.Type():
		d.Status = string(pipeline.StatusRejected)
		d.Reason = "rejected by " + a.By
		if note := detailOf[events.DeploymentRejected](h.w, a).Note; note != "" {
			d.Reason += ": " + note
		}
	case events.DeploymentSuperseded{}.Type():
		d.Status = string(pipeline.StatusSuperseded)
		successor := detailOf[events.DeploymentSuperseded](h.w, a).Successor
		d.Reason = "superseded by " + successor + ", a newer release"
		if d.Rollback != "" {
			d.Reason = d.Rollback + ", which it was to take back, is no longer deployed: " + successor + " is"
		}
	default:
		h.errorf(a, "the fold does not know this event")
	}
}

// moment returns t as the API tells times.
func moment(t time.Time) *string { return new(t.UTC().Format(time.RFC3339Nano)) }
