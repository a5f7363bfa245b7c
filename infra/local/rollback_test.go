package local_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// rollback asks for a rollback and returns the deployment, or fails the test.
func (w *world) rollback(as, project, environment string) api.Deployment {
	w.t.Helper()
	var d api.Deployment
	if status := w.ask(as, http.MethodPost, "/projects/"+project+"/environments/"+environment+"/rollback", struct{}{}, &d); status != http.StatusOK {
		w.t.Fatalf("rollback of %s in %s: status %d", project, environment, status)
	}
	return d
}

// threeReleases is a world in which releases 1.0.0 to 1.2.0 of shop have succeeded in dev.
func threeReleases(t testing.TB, faults *local.Rehearsal) *world {
	t.Helper()
	w := newWorld(t, 1, faults)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{siteStep}}.String())
	for _, version := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		w.push("shop", version, site(version))
		w.run(time.Hour)
	}
	return w
}

func TestARollbackGoesOneReleaseBackEachTime(t *testing.T) {
	w := threeReleases(t, nil)
	for _, want := range []string{"1.1.0", "1.0.0"} {
		if d := w.rollback(manager, "shop", "dev"); d.Release != want {
			t.Errorf("it deploys %s, want %s", d.Release, want)
		}
		w.run(time.Hour)
		if got := w.objects("storefront-site", "shop/dev/"); !maps.Equal(got, site(want)) {
			t.Errorf("the site is %q, want that of %s", got, want)
		}
	}
	if status := w.ask(manager, http.MethodPost, "/projects/shop/environments/dev/rollback", struct{}{}, nil); status != http.StatusForbidden {
		t.Errorf("a third rollback has status %d", status)
	}
	w.check()
	var taken []string
	for _, e := range happened[events.DeploymentRequested](w) {
		taken = append(taken, e.Rollback)
	}
	if want := []string{"", "", "", "shop_3_dev_1", "shop_2_dev_2"}; !slices.Equal(taken, want) {
		t.Errorf("requests tell %q, want %q", taken, want)
	}
}

func TestAfterARollbackTheNextReleaseGoesBackToIt(t *testing.T) {
	w := threeReleases(t, nil)
	w.rollback(manager, "shop", "dev")
	w.run(time.Hour)
	w.push("shop", "1.3.0", site("1.3.0"))
	w.run(time.Hour)
	if d := w.rollback(manager, "shop", "dev"); d.Release != "1.1.0" || d.Rollback != "shop_4_dev_1" {
		t.Errorf("it deploys %s in place of %s", d.Release, d.Rollback)
	}
	w.run(time.Hour)
	w.check()
}

func TestARollbackAsksForApprovalAndDoesNotSoak(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.travel(threePhases("shop"))
	w.push("shop", "1.1.0", site("1.1.0"))
	w.settle("shop")
	d := w.rollback(manager2, "shop", "production")
	w.run(time.Minute) // less than the soak time
	if d = w.deployment(d.ID); d.Status != string(pipeline.StatusAwaitingApproval) {
		t.Fatalf("it is %s", d.Status)
	}
	w.approve(manager, d)
	w.run(time.Hour)
	w.check()
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.0.0")) {
		t.Errorf("production has %q", got)
	}
}

func TestARollbackLeadsToNoPromotion(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{siteStep}}.String())
	for _, version := range []string{"1.0.0", "1.1.0"} {
		w.push("shop", version, site(version))
		w.run(time.Hour)
	}
	w.apply("shop", projectFile{"shop", []string{devPhase, strings.Replace(stagingPhase, ", soak: 30m", "", 1)}, []string{siteStep}}.String())
	w.run(time.Hour)
	w.rollback(manager, "shop", "dev")
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 succeeded", "shop_1_dev_2 succeeded")
}

// TestARollbackOfWhatIsGoneIsPassedOver has a new release under way when the rollback
// of the one before it is asked for.
func TestARollbackOfWhatIsGoneIsPassedOver(t *testing.T) {
	w := slowShop(t, devPhase)
	for _, version := range []string{"1.0.0", "1.1.0"} {
		w.push("shop", version, site(version))
		w.run(3 * time.Hour)
	}
	w.push("shop", "1.2.0", site("1.2.0"))
	w.run(10 * time.Minute)
	d := w.rollback(manager, "shop", "dev")
	w.run(10 * time.Minute)
	if d = w.deployment(d.ID); d.Status != string(pipeline.StatusQueued) {
		t.Fatalf("it is %s", d.Status)
	}
	w.run(6 * time.Hour)
	w.check()
	if d = w.deployment(d.ID); d.Status != string(pipeline.StatusSuperseded) || !strings.Contains(d.Reason, "is no longer deployed: shop_3_dev_1 is") {
		t.Errorf("it is %s: %s", d.Status, d.Reason)
	}
	if got := w.objects("storefront-site", "shop/dev/"); !maps.Equal(got, site("1.2.0")) {
		t.Errorf("dev has %q", got)
	}
}
