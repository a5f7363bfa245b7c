package local_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
	"slipway/shared/pipeline"
)

// buildEvents is what only the events of builds hold. When they come an hour late,
// a deployment with a script has its environment for an hour.
const buildEvents = "CodeBuild Build State Change"

// slowShop is a world in which a deployment takes an hour.
func slowShop(t *testing.T, phases ...string) *world {
	t.Helper()
	w := newWorld(t, 1, lateWith(buildEvents))
	w.apply("shop", projectFile{"shop", phases, []string{siteStep, scriptStep("smoke", "true")}}.String())
	return w
}

// wants asserts the statuses of all deployments of shop, in the order of their requests.
func (w *world) wants(want ...string) {
	w.t.Helper()
	if got := w.statuses("shop"); !slices.Equal(got, want) {
		w.t.Errorf("deployments are %q, want %q", got, want)
	}
}

func TestDeploymentsQueueForTheirEnvironment(t *testing.T) {
	w := slowShop(t, devPhase)
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(10 * time.Minute)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(10 * time.Minute)
	w.wants("shop_1_dev_1 running", "shop_2_dev_1 queued")
	w.checkSoFar()
	if got := w.objects("storefront-site", "shop/dev/"); !maps.Equal(got, site("1.0.0")) {
		t.Errorf("the deployment that waits has published %q", got)
	}
	w.run(4 * time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 succeeded")
	if started := happened[events.DeploymentStarted](w); len(started) != 2 || started[0].Queued || !started[1].Queued {
		t.Errorf("starts are %+v", started)
	}
}

func TestANewerReleaseSupersedesAnOlderOneThatWaits(t *testing.T) {
	w := slowShop(t, devPhase)
	for _, version := range []string{"1.0.0", "1.1.0", "1.2.0", "1.3.0"} {
		w.push("shop", version, site(version))
		w.run(10 * time.Minute)
	}
	w.run(4 * time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 superseded", "shop_3_dev_1 superseded", "shop_4_dev_1 succeeded")
	if got := w.deployExecution("shop_2_dev_1"); got.Status != types.ExecutionStatusSucceeded {
		t.Errorf("the execution of the superseded deployment is %s, want SUCCEEDED: it is no fault", got.Status)
	}
	if got := w.objects("storefront-site", "shop/dev/"); !maps.Equal(got, site("1.3.0")) {
		t.Errorf("the site is %q", got)
	}
}

// TestWhatAPersonAskedForIsNotSuperseded sends an older release back to an
// environment while newer ones wait for it.
func TestWhatAPersonAskedForIsNotSuperseded(t *testing.T) {
	w := slowShop(t, devPhase)
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(3 * time.Hour)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(10 * time.Minute)
	if status := w.promote(developer, "shop", "1.0.0", "dev"); status != 200 {
		t.Fatalf("promotion is answered with %d", status)
	}
	w.run(time.Minute)
	w.push("shop", "1.2.0", site("1.2.0"))
	w.run(8 * time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 succeeded", "shop_1_dev_2 succeeded", "shop_3_dev_1 succeeded")
	if got := w.objects("storefront-site", "shop/dev/"); !maps.Equal(got, site("1.2.0")) {
		t.Errorf("the site is %q", got)
	}
}

// TestAnApprovalThatComesTooLateDoesNotGoBack approves an older release when a
// newer one is in production.
func TestAnApprovalThatComesTooLateDoesNotGoBack(t *testing.T) {
	w, older := shopWaiting(t)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(time.Hour)
	w.approve(manager, w.deployment("shop_2_production_1"))
	w.run(time.Hour)
	w.approve(manager, older)
	w.run(time.Hour)
	w.check()
	if got := w.deployment(older.ID); got.Status != string(pipeline.StatusSuperseded) {
		t.Errorf("the older release's deployment is %s", got.Status)
	}
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.1.0")) {
		t.Errorf("the site is %q", got)
	}
}

func TestAStoppedExecutionCancelsItsDeploymentAndFreesTheEnvironment(t *testing.T) {
	w := slowShop(t, devPhase)
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(10 * time.Minute)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(10 * time.Minute)
	w.stop("shop_1_dev_1")
	w.run(time.Minute)
	w.wants("shop_1_dev_1 cancelled", "shop_2_dev_1 running")
	w.run(4 * time.Hour)
	w.check()
	w.wants("shop_1_dev_1 cancelled", "shop_2_dev_1 succeeded")
	if d := w.deployment("shop_1_dev_1"); !strings.Contains(d.Reason, "stopped in Step Functions") {
		t.Errorf("the reason is %q", d.Reason)
	}
}

func TestAStoppedExecutionLeavesTheQueue(t *testing.T) {
	w := slowShop(t, devPhase)
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(10 * time.Minute)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(10 * time.Minute)
	w.stop("shop_2_dev_1")
	w.run(4 * time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 cancelled")
}

// TestTenProjectsReachProductionAtOnce has ten pushes at the same moment.
func TestTenProjectsReachProductionAtOnce(t *testing.T) {
	w := newWorld(t, 1, nil)
	var names []string
	for _, letter := range "abcdefghij" {
		name := "shop-" + string(letter)
		names = append(names, name)
		w.apply(name, threePhases(name).String())
		w.push(name, "1.0.0", site(name))
	}
	w.settle(names...)
	w.check()
	for _, name := range names {
		want := []string{name + "_1_dev_1 succeeded", name + "_1_staging_1 succeeded", name + "_1_production_1 succeeded"}
		if got := w.statuses(name); !slices.Equal(got, want) {
			t.Errorf("deployments of %s are %q", name, got)
		}
		if got := w.objects("storefront-site", name+"/production/"); !maps.Equal(got, site(name)) {
			t.Errorf("the site of %s is %q", name, got)
		}
	}
}

// TestReleasesInOneProjectFollowEachOther pushes ten versions while the first are
// under way: every environment ends with the last, and nothing overlaps.
func TestReleasesInOneProjectFollowEachOther(t *testing.T) {
	w := slowShop(t, strings.Replace(devPhase, " }", ", soak: 10m }", 1), stagingPhase)
	for i := range 10 {
		version := "1." + string(rune('0'+i)) + ".0"
		w.push("shop", version, site(version))
		w.run(25 * time.Minute)
	}
	w.run(24 * time.Hour)
	w.check()
	for _, environment := range []string{"dev", "staging"} {
		if got := w.objects("storefront-site", "shop/"+environment+"/"); !maps.Equal(got, site("1.9.0")) {
			t.Errorf("the site in %s is %q", environment, got)
		}
	}
}
