package local_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	sfn "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/local/store"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// check holds a history that has come to rest against the invariants of
// docs/architecture.md: 1 to 9 and 12. No event may have been given up.
func (w *world) check() {
	w.t.Helper()
	w.checkGivenUp(0)
}

// checkGivenUp is [world.check] for a history in which so many events were given up.
func (w *world) checkGivenUp(n int) {
	w.t.Helper()
	if letters := w.deadLetters(); len(letters) != n {
		w.t.Errorf("dead-letter queues have %d messages, want %d: %s", len(letters), n, strings.Join(letters, "\n"))
	}
	w.checkNothingPending()
	w.checkSoFar()
}

// checkSoFar is [world.check] for a moment at which events may still be on their way.
func (w *world) checkSoFar() {
	w.t.Helper()
	chains := w.chains()
	w.checkPublished(chains)
	registered := w.checkPackages(chains)
	for name, chain := range chains {
		if name, ok := strings.CutPrefix(name, "project/"); ok {
			h := w.fold(name, chain)
			h.checkReleases(registered)
			h.checkDeployments()
			h.checkEnvironments()
			h.checkRuns()
			h.checkRunbooks()
		}
	}
}

// checkNothingPending asserts invariant 6 from its one side: no event is still on its way.
func (w *world) checkNothingPending() {
	w.t.Helper()
	err := w.store.View(func(tx store.Tx) error {
		for _, table := range []string{"eventbridge/deliveries", "lambda/invocations"} {
			for _, value := range tx.Scan(table, nil) {
				w.t.Errorf("%s: still pending: %s", table, value)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// checkPublished asserts invariant 6 from its other side: every record reached the bus.
func (w *world) checkPublished(chains map[string][]pipeline.AuditEntry) {
	w.t.Helper()
	published := map[events.Record]bool{}
	for _, e := range w.taken {
		var detail struct{ Record events.Record }
		if e.Event.Source == events.Source && json.Unmarshal(e.Event.Detail, &detail) == nil {
			published[detail.Record] = true
		}
	}
	for _, chain := range chains {
		for _, a := range chain {
			if !published[a.Record] {
				w.t.Errorf("record %s/%d %s was not published", a.Chain, a.Sequence, a.Type)
			}
		}
	}
}

// checkPackages asserts that a package version is registered once and stays what
// it is (invariant 5), and returns the digests by "<package> <version>".
func (w *world) checkPackages(chains map[string][]pipeline.AuditEntry) map[string]string {
	w.t.Helper()
	digests := map[string]string{}
	for name, chain := range chains {
		if !strings.HasPrefix(name, "package/") {
			continue
		}
		for _, a := range chain {
			if a.Type != (events.PackageRegistered{}).Type() {
				continue
			}
			e := detailOf[events.PackageRegistered](w, a)
			subject := e.Package + " " + e.Version
			if digests[subject] != "" {
				w.t.Errorf("record %s/%d: %s was registered before", a.Chain, a.Sequence, subject)
			}
			digests[subject] = e.Digest
			p, err := w.table().Package(context.Background(), e.Package, pipeline.MustVersion(e.Version))
			if err != nil || p.Digest != e.Digest {
				w.t.Errorf("package %s is %s, %v; want %s", subject, p.Digest, err, e.Digest)
			}
		}
	}
	return digests
}

// checkReleases asserts that releases are what they were when they were made (invariant 5).
func (h *history) checkReleases(registered map[string]string) {
	h.w.t.Helper()
	for _, r := range h.releases {
		now, err := h.w.table().Release(context.Background(), h.name, r.Number)
		if err != nil {
			h.w.t.Error(err)
			continue
		}
		if is := now.Create(); !reflect.DeepEqual(is, r) {
			h.w.t.Errorf("release %s of %s is %+v, was %+v", r.Release, h.name, is, r)
		}
		for _, p := range r.Packages {
			if registered[p.Package+" "+p.Version] != p.Digest {
				h.w.t.Errorf("release %s of %s pins %s to %s, which is not what was registered", r.Release, h.name, p.Package, p.Digest)
			}
		}
	}
}

// start asserts, as d starts, that it has its environment to itself (invariant 2),
// that its release has passed the phases before (1), with the digests of its
// release, and that the plan is approved as the lifecycle says (4).
func (h *history) start(a pipeline.AuditEntry, d *told, e events.DeploymentStarted) {
	h.w.t.Helper()
	place := h.environments[d.Environment]
	if place.holder != "" {
		h.errorf(a, "%s starts while %s has %s", d.ID, place.holder, d.Environment)
	}
	place.holder = d.ID
	place.holders++
	place.leave(d.ID)
	d.Status, d.Plan, d.StartedAt = string(pipeline.StatusRunning), e.Plan, moment(a.At)
	lifecycle, ok := h.file.Lifecycle(d.release.Channel)
	position := lifecycle.Position(d.Environment)
	if !ok || position < 0 {
		h.errorf(a, "%s is not in the lifecycle of channel %s", d.Environment, d.release.Channel)
		return
	}
	for _, phase := range lifecycle.Phases[:position] {
		for _, environment := range phase.Environments {
			if !h.succeeded(d.Release, environment) {
				h.errorf(a, "release %s has not succeeded in %s", d.Release, environment)
			}
		}
	}
	h.checkPlan(a, d)
	if policy := lifecycle.Phases[position].Approval; policy != nil && d.approvals(e.Plan) < policy.Quorum {
		h.errorf(a, "%s starts plan %s with the decisions %+v", d.ID, e.Plan, d.decided)
	}
}

func (h *history) succeeded(release, environment string) bool {
	return slices.ContainsFunc(h.order, func(id string) bool {
		d := h.deployments[id]
		return d.Release == release && d.Environment == environment && d.Status == string(pipeline.StatusSucceeded)
	})
}

// checkPlan asserts that the plan of d is kept, has its hash, and pins what its release pins.
func (h *history) checkPlan(a pipeline.AuditEntry, d *told) {
	h.w.t.Helper()
	body, err := objects.New(h.w.s3("auditor")).Read(context.Background(),
		objects.Location{Bucket: h.w.stack.Outputs()["WorkBucket"], Key: "plans/" + d.Plan + ".json"})
	if err != nil {
		h.errorf(a, "read the plan: %v", err)
		return
	}
	var plan pipeline.Plan
	text, err := io.ReadAll(body)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(text)).Decode(&plan)
	}
	if err != nil {
		h.errorf(a, "read the plan: %v", err)
		return
	}
	if sum := sha256.Sum256(text); d.Plan != "sha256:"+hex.EncodeToString(sum[:]) {
		h.errorf(a, "plan %s has another hash", d.Plan)
	}
	if is := (pipeline.Release{Packages: plan.Packages}).Create().Packages; !reflect.DeepEqual(is, d.release.Packages) {
		h.errorf(a, "plan %s deploys %v; release %s is %v", d.Plan, is, d.Release, d.release.Packages)
	}
}

// decide asserts that a decision is about the plan that was asked about, by
// somebody who may decide and has not decided (invariant 4).
func (h *history) decide(a pipeline.AuditEntry, d *told, e events.ApprovalDecided) {
	h.w.t.Helper()
	switch {
	case d.asked == nil || d.asked.Plan != e.Plan:
		h.errorf(a, "plan %s was not asked about", e.Plan)
	case e.By != a.By:
		h.errorf(a, "%s decided what %s is said to have", a.By, e.By)
	case e.By != manager && e.By != manager2:
		h.errorf(a, "%s may not decide", e.By)
	case e.By == d.RequestedBy:
		h.errorf(a, "%s asked for the deployment", e.By)
	case slices.ContainsFunc(d.decided, func(b events.ApprovalDecided) bool { return b.By == e.By && b.Plan == e.Plan }):
		h.errorf(a, "%s has decided on this plan before", e.By)
	}
	d.decided = append(d.decided, e)
	d.Approvals = append(d.Approvals, api.Approval{By: e.By, Decision: e.Decision, Note: e.Note, At: moment(a.At)})
}

// checkDeployments asserts that the API tells of every deployment what the events
// tell (invariants 3, 7 and 12), and that the execution of one that has ended has ended.
func (h *history) checkDeployments() {
	h.w.t.Helper()
	var want []api.Deployment
	for _, id := range h.order {
		want = append(want, h.deployments[id].Deployment)
	}
	got := h.w.deployments(h.name)
	if !reflect.DeepEqual(got, want) {
		h.w.t.Errorf("deployments of %s: the API tells\n%s\nthe events tell\n%s", h.name, asJSON(got), asJSON(want))
	}
	for _, d := range want {
		if got, want := h.w.deployment(d.ID).Steps, h.deployments[d.ID].told(); !reflect.DeepEqual(got, want) {
			h.w.t.Errorf("steps of %s: the API tells\n%s\nthe events tell\n%s", d.ID, asJSON(got), asJSON(want))
		}
		is := h.w.deployExecution(d.ID).Status
		if ended := pipeline.Status(d.Status).Terminal(); ended == (is == sfn.ExecutionStatusRunning) {
			h.w.t.Errorf("deployment %s is %s, its execution is %s", d.ID, d.Status, is)
		}
	}
}

// checkEnvironments asserts that the API and the table tell of every environment
// what the events tell (invariants 2 and 12).
func (h *history) checkEnvironments() {
	h.w.t.Helper()
	if h.file.Name == "" { // no project file was ever accepted
		return
	}
	for _, got := range read[api.Status](h.w, "/projects/"+h.name+"/status").Environments {
		want := api.EnvironmentStatus{Environment: got.Environment, Next: got.Next}
		e := h.environments[got.Environment]
		if e == nil {
			e = &place{}
		}
		shown := e.current
		if shown == nil {
			shown = h.deployments[e.holder]
		}
		if shown != nil {
			want.Release, want.Deployment, want.Status, want.FinishedAt = shown.Release, shown.ID, shown.Status, shown.FinishedAt
		}
		if !reflect.DeepEqual(got, want) {
			h.w.t.Errorf("%s: the API tells %s, the events tell %s", h.name, asJSON(got), asJSON(want))
		}
		h.checkLock(got.Environment, e)
	}
}

func (h *history) checkLock(name string, e *place) {
	h.w.t.Helper()
	is, err := h.w.table().Environment(context.Background(), h.name, name)
	if err != nil {
		h.w.t.Fatal(err)
	}
	const format = "%s, %d, %s"
	got, want := fmt.Sprintf(format, is.Holder, is.Fence, is.Queue), fmt.Sprintf(format, e.holder, e.holders, e.queue)
	if got != want {
		h.w.t.Errorf("%s of %s: holder, fence and queue are %s; the events tell %s", name, h.name, got, want)
	}
}

func asJSON(v any) string {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}
