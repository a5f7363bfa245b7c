package local_test

import (
	"slices"
	"testing"
	"time"

	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// muchLater is when everything that these tests do has ended long since.
const muchLater = 20 * 24 * time.Hour

// twice delivers what one function gets twice, the second time [muchLater].
type twice struct {
	function string
	n        int // deliveries that were doubled
}

func (d *twice) deliver(function string, _ []byte) []time.Duration {
	if function != d.function {
		return []time.Duration{0}
	}
	d.n++
	return []time.Duration{0, muchLater}
}

// eventful lets happen what sets off every function that events set off.
func (w *world) eventful() {
	w.t.Helper()
	shop := projectFile{"shop", twoPhases("shop").phases, []string{siteStep, scriptStep("smoke", "true")}}
	w.travel(shop)
	w.apply("shop", "project: shop\n")
	w.put("packages/shop/latest/shop.zip", []byte("no version"), nil)
	w.push("shop", "1.0.0", site("another 1.0.0"))
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(time.Hour)
	w.stop("shop_2_production_1")
	w.run(time.Hour)
}

// repeatChangesNothing asserts that nothing comes of all events that a function
// gets when they come again after everything has ended.
func repeatChangesNothing(t *testing.T, function string) {
	t.Helper()
	t.Parallel()
	d := &twice{function: "Slipway-" + function}
	w := newWorld(t, 1, &local.Rehearsal{Deliver: d.deliver})
	w.eventful()
	before := w.picture()
	if !slices.Contains(w.statuses("shop"), "shop_2_production_1 "+string(pipeline.StatusCancelled)) {
		t.Errorf("deployments: %q", w.statuses("shop"))
	}
	w.run(2 * muchLater)
	w.check()
	if diff := difference(w.picture(), before); diff != "" {
		t.Errorf("%d events that came again leave\n%s", d.n, diff)
	}
	if d.n == 0 {
		t.Errorf("%s got no events", function)
	}
}

func TestApplyprojectPassesOverWhatItHasDone(t *testing.T) { repeatChangesNothing(t, "ApplyProject") }
func TestRegisterpackagePassesOverWhatItHasDone(t *testing.T) {
	repeatChangesNothing(t, "RegisterPackage")
}
func TestCreatereleasePassesOverWhatItHasDone(t *testing.T) { repeatChangesNothing(t, "CreateRelease") }
func TestPromotePassesOverWhatItHasDone(t *testing.T)       { repeatChangesNothing(t, "Promote") }
func TestStartdeploymentPassesOverWhatItHasDone(t *testing.T) {
	repeatChangesNothing(t, "StartDeployment")
}
func TestDecideapprovalPassesOverWhatItHasDone(t *testing.T) {
	repeatChangesNothing(t, "DecideApproval")
}
func TestResumestepPassesOverWhatItHasDone(t *testing.T) { repeatChangesNothing(t, "ResumeStep") }
func TestFinishdeploymentPassesOverWhatItHasDone(t *testing.T) {
	repeatChangesNothing(t, "FinishDeployment")
}
