package local_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
)

// The phases of shop in these tests: production is entered on request only, and asks
// for approval.
const (
	requestPhase = "{ phase: acceptance, environments: [staging], deploy: on-request }"
	guardedPhase = "{ phase: live, environments: [production], deploy: on-request, " +
		"approval: { quorum: 1, approvers: [release-managers], not: [requester, author], timeout: 720h } }"
)

// shopped gives a world in which shop has deployed releases 1.0.0 and 1.1.0 to dev, and
// in which ops has a runbook try with these steps.
func shopped(w *world, steps ...string) *world {
	w.t.Helper()
	newOps(w, runbook("try", steps))
	w.apply("shop", projectFile{"shop", []string{devPhase, requestPhase, guardedPhase}, []string{siteStep}}.String())
	for _, version := range []string{"1.0.0", "1.1.0"} {
		w.push("shop", version, site(version))
		w.run(time.Hour)
	}
	return w
}

// deployStep deploys version 1.0.0 of shop to an environment.
func deployStep(environment string) string {
	return "{ name: deploy, uses: deploy-release, timeout: 2h, with: { project: shop, version: 1.0.0, environment: " + environment + " } }"
}

func TestAReleaseOfAnotherProjectIsDeployed(t *testing.T) {
	w := shopped(newWorld(t, 1, nil), deployStep("staging"))
	r := w.try(10 * time.Minute)
	w.check()
	w.wantsOutputs(r, map[string]string{"deployment": "shop_1_staging_1", "release": "1.0.0"})
	d := w.deployment("shop_1_staging_1")
	if d.Status != string(pipeline.StatusSucceeded) || d.RequestedBy != manager {
		t.Errorf("the deployment is %s, asked for by %s", d.Status, d.RequestedBy)
	}
	requested := happened[events.DeploymentRequested](w)
	if via := requested[len(requested)-1].Via; via != r.ID+"/deploy/1" {
		t.Errorf("it was asked for via %q", via)
	}
}

func TestAReleaseOfAnotherProjectWaitsForItsApproval(t *testing.T) {
	w := shopped(newWorld(t, 1, nil), strings.Replace(deployStep("staging"), "deploy,", "accept,", 1), deployStep("production"))
	r := w.try(10 * time.Minute)
	d := w.deployment("shop_1_production_1")
	if r.Status != string(pipeline.StatusRunning) || d.Status != string(pipeline.StatusAwaitingApproval) {
		t.Errorf("the run is %s: %s, and the deployment %s", r.Status, r.Reason, d.Status)
	}
	refused := w.approve(manager, d)
	w.run(time.Minute)
	w.refused(refused, `"manager1" asked for it or wrote it and so may not decide`)
	w.approve(manager2, d)
	w.run(10 * time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"deployment": "shop_1_staging_1", "release": "1.0.0"})
}

func TestADeploymentOfAnotherProjectMayDeployARelease(t *testing.T) {
	w := shopped(newWorld(t, 1, nil), lookStep)
	w.apply("all", projectFile{"all", []string{devPhase}, []string{strings.Replace(deployStep("staging"), "1.0.0", `"{release}"`, 1)}}.String())
	w.push("all", "1.1.0", site("1.1.0"))
	w.run(10 * time.Minute)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 succeeded", "shop_2_staging_1 succeeded")
	if d := w.deployment("all_1_dev_1"); d.Status != string(pipeline.StatusSucceeded) {
		t.Errorf("the deployment of all is %s: %s", d.Status, d.Reason)
	}
}

func TestADeploymentThatCannotBeAskedForFailsTheStep(t *testing.T) {
	for reason, step := range map[string]string{
		"StepRefused: step deploy: DeploymentRefused: release 3.0.0 of shop: not found":                                                                                   strings.Replace(deployStep("staging"), "1.0.0", "3.0.0", 1),
		"StepRefused: step deploy: DeploymentRefused: release 1.0.0 of none: not found":                                                                                   strings.Replace(deployStep("staging"), "project: shop", "project: none", 1),
		"StepFailed: step deploy: DeploymentRefused: release 1.0.0 of shop may not enter production: the phase gate requires that release 1.0.0 has succeeded in staging": deployStep("production"),
		"StepFailed: step deploy: DeploymentRefused: release 1.0.0 of shop may not enter moon: ":                                                                          deployStep("moon"),
	} {
		w := shopped(newWorld(t, 1, nil), step)
		r := w.try(time.Hour)
		w.check()
		w.wantsFailure(r, reason)
	}
}

func TestADeploymentThatAStepAskedForIsCancelledWithIt(t *testing.T) {
	w := shopped(newWorld(t, 1, nil), strings.Replace(deployStep("staging"), "deploy,", "accept,", 1), deployStep("production"))
	r := w.try(10 * time.Minute)
	w.wantsCancelled(r, 2*time.Minute)
	w.check()
	if d := w.deployment("shop_1_production_1"); d.Status != string(pipeline.StatusCancelled) || !strings.Contains(d.Reason, r.ID+", which asked for it, is being cancelled") {
		t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
	}
}

func TestAStepThatWouldWaitForItsOwnDeploymentFails(t *testing.T) {
	for _, step := range []string{"{ name: back, uses: rollback }", "{ name: back, uses: deploy-release, with: { project: shop, version: 1.0.0 } }"} {
		w := newWorld(t, 1, nil)
		w.apply("shop", projectFile{"shop", []string{devPhase}, []string{step}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(time.Hour)
		w.check()
		if d := w.deployment("shop_1_dev_1"); !strings.HasPrefix(d.Reason, "StepRefused: step back: WaitsForItself: a deployment of shop to dev would wait until this one ends") {
			t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
		}
	}
}

const backStep = "{ name: back, uses: rollback, with: { project: shop } }"

func TestARunbookRollsBack(t *testing.T) {
	w := shopped(newWorld(t, 1, nil), backStep)
	r := w.try(10 * time.Minute)
	w.wantsOutputs(r, map[string]string{"deployment": "shop_1_dev_2", "release": "1.0.0"})
	if got := w.objects("storefront-site", "shop/dev/"); !maps.Equal(got, site("1.0.0")) {
		t.Errorf("dev has %q", got)
	}
	if d := w.deployment("shop_1_dev_2"); d.Rollback != "shop_2_dev_1" || d.RequestedBy != manager {
		t.Errorf("the deployment takes back %q, asked for by %s", d.Rollback, d.RequestedBy)
	}
	w.wantsFailure(w.try(10*time.Minute), "StepFailed: step back: DeploymentRefused: ")
	w.check()
}
