package local_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// onRequest is a project whose releases enter production when they are asked to.
func onRequest(name string) projectFile {
	return projectFile{name, []string{devPhase, strings.Replace(livePhase, "deploy: automatic", "deploy: on-request", 1)}, []string{siteStep}}
}

func TestAReleaseIsRefusedBeforeThePhaseBeforeHasSucceeded(t *testing.T) {
	w := newWorld(t, 1, lateWith("deployment.requested.v1"))
	w.apply("shop", onRequest("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Minute)
	w.wants("shop_1_dev_1 requested")
	if got := w.promote(developer, "shop", "1.0.0", "production"); got != http.StatusForbidden {
		t.Errorf("promotion before dev is answered with %d", got)
	}
	w.run(2 * time.Hour)
	if n := len(happened[events.DeploymentRequested](w)); n != 1 {
		t.Errorf("%d deployments were requested; production is on request", n)
	}
	if got := w.promote("", "shop", "1.0.0", "production"); got != http.StatusForbidden {
		t.Errorf("promotion by nobody is answered with %d", got)
	}
	if got := w.promote(manager, "shop", "1.0.0", "production"); got != http.StatusOK {
		t.Errorf("promotion is answered with %d", got)
	}
	if got := w.promote(manager2, "shop", "1.0.0", "production"); got != http.StatusForbidden {
		t.Errorf("promotion while another is under way is answered with %d", got)
	}
	w.run(2 * time.Hour)
	own := w.approve(manager, w.deployment("shop_1_production_1"))
	w.run(time.Minute)
	w.refused(own, `"manager1" asked for it`)
	w.approve(manager2, w.deployment("shop_1_production_1"))
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_1_production_1 succeeded")
}

func TestAnApprovalThatNobodyGivesCancelsTheDeployment(t *testing.T) {
	w, d := shopWaiting(t)
	w.run(719 * time.Hour)
	if got := w.deployment(d.ID).Status; got != string(pipeline.StatusAwaitingApproval) {
		t.Errorf("an hour before the time-out the deployment is %s", got)
	}
	w.run(2 * time.Hour)
	w.check()
	if got := w.deployment(d.ID); got.Status != string(pipeline.StatusCancelled) || got.Reason != "its approval was not decided in time" {
		t.Errorf("the deployment is %s: %s", got.Status, got.Reason)
	}
	late := w.approve(manager, d)
	w.run(time.Hour)
	w.refused(late, "is cancelled; nothing is left to decide")
	if got := w.promote(manager2, "shop", "1.0.0", "production"); got != http.StatusOK {
		t.Errorf("another attempt is answered with %d", got)
	}
	w.settle("shop")
	w.check()
	if got := w.deployment("shop_1_production_2").Status; got != string(pipeline.StatusSucceeded) {
		t.Errorf("the second attempt is %s", got)
	}
}

// TestAnApprovalIsOfAPlan changes what the gates require while a deployment waits:
// what was approved of the old plan does not count for the new one.
func TestAnApprovalIsOfAPlan(t *testing.T) {
	w, d := shopWaiting(t)
	stricter := threePhases("shop")
	stricter.phases = []string{devPhase, stagingPhase, strings.Replace(livePhase, "quorum: 1", "quorum: 2", 1)}
	w.apply("shop", stricter.String())
	w.run(time.Minute)
	w.approve(manager, d)
	w.run(time.Hour)
	w.checkSoFar()
	again := w.deployment(d.ID)
	if again.Plan == d.Plan || again.Status != string(pipeline.StatusAwaitingApproval) {
		t.Fatalf("the deployment is %s with plan %s; it was approved as %s", again.Status, again.Plan, d.Plan)
	}
	w.approve(manager, again)
	w.run(time.Hour)
	if got := w.deployment(d.ID).Status; got != string(pipeline.StatusAwaitingApproval) {
		t.Errorf("with one approval of two the deployment is %s", got)
	}
	w.approve(manager2, again)
	w.run(time.Hour)
	w.check()
	if got := w.deployment(d.ID); got.Status != string(pipeline.StatusSucceeded) || len(got.Approvals) != 3 {
		t.Errorf("the deployment is %s with the approvals %+v", got.Status, got.Approvals)
	}
}

func TestABadProjectFileLeavesTheProjectAsItWas(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", threePhases("shop").String())
	w.apply("shop", strings.Replace(threePhases("shop").String(), "environments: [dev]", "environments: [moon]", 1))
	w.travelOn("shop")
	w.check()
	rejected := happened[events.ProjectRejected](w)
	if len(rejected) != 1 || rejected[0].Problems[0].Line == 0 || !strings.Contains(rejected[0].Problems[0].Message, "moon") {
		t.Errorf("rejections are %+v", rejected)
	}
	w.wants("shop_1_dev_1 succeeded", "shop_1_staging_1 succeeded", "shop_1_production_1 succeeded")
}

// travelOn pushes version 1.0.0 of a project that is there and lets it go where it may.
func (w *world) travelOn(project string) {
	w.t.Helper()
	w.push(project, "1.0.0", site("1.0.0"))
	w.settle(project)
}

func TestStatusTellsWhatKeepsAReleaseBack(t *testing.T) {
	w, d := shopWaiting(t)
	for _, e := range read[api.Status](w, "/projects/shop/status").Environments {
		if (e.Next != nil) != (e.Environment == d.Environment) {
			t.Errorf("%s: next is %+v", e.Environment, e.Next)
		}
		if e.Next != nil && !strings.Contains(strings.Join(e.Next.BlockedBy, "; "), "not approved by release-managers") {
			t.Errorf("%s: blocked by %q", e.Environment, e.Next.BlockedBy)
		}
	}
	w.check()
}
