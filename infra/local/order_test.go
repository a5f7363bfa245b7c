package local_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"slipway/events"
	"slipway/infra/local"
)

// lateTo delivers what the function gets after *delay, and all else at once.
func lateTo(function string, delay *time.Duration) *local.Rehearsal {
	return &local.Rehearsal{Deliver: func(to string, _ []byte) []time.Duration {
		if to == function {
			return []time.Duration{*delay}
		}
		return []time.Duration{0}
	}}
}

// lateWith delivers events that hold text late, and all others at once.
func lateWith(text string) *local.Rehearsal {
	return &local.Rehearsal{Deliver: func(_ string, event []byte) []time.Duration {
		if bytes.Contains(event, []byte(text)) {
			return []time.Duration{time.Hour}
		}
		return []time.Duration{0}
	}}
}

func TestAPackageMayComeBeforeItsProject(t *testing.T) {
	usual := newWorld(t, 1, nil)
	usual.travel(threePhases("shop"))
	w := newWorld(t, 1, nil)
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.apply("shop", threePhases("shop").String())
	w.settle("shop")
	w.check()
	if got, want := w.statuses("shop"), usual.statuses("shop"); !slices.Equal(got, want) {
		t.Errorf("deployments are %q, want %q", got, want)
	}
}

// TestTheProjectFileThatWasPushedLastIsInForce swaps the events of two pushes.
func TestTheProjectFileThatWasPushedLastIsInForce(t *testing.T) {
	var first string
	w := newWorld(t, 1, &local.Rehearsal{Deliver: func(function string, event []byte) []time.Duration {
		if function == "Slipway-ApplyProject" && first == "" {
			first = string(event)
			return []time.Duration{time.Hour}
		}
		return []time.Duration{0}
	}})
	w.apply("shop", threePhases("shop").String())
	last := twoPhases("shop")
	w.apply("shop", last.String())
	w.run(2 * time.Hour)
	if n := len(happened[events.ProjectApplied](w)); n != 1 {
		t.Errorf("%d project files took effect, want the last alone", n)
	}
	w.push("shop", "1.0.0", site("1.0.0"))
	w.settle("shop")
	w.check()
	want := []string{"shop_1_dev_1 succeeded", "shop_1_production_1 succeeded"}
	if got := w.statuses("shop"); !slices.Equal(got, want) {
		t.Errorf("deployments are %q, want %q", got, want)
	}
}

// TestVersionsMayComeInAnyOrder has the version that was pushed first come last:
// both are released, and the one that was pushed last stays in each environment.
func TestVersionsMayComeInAnyOrder(t *testing.T) {
	w := newWorld(t, 1, lateWith("packages/shop/1.0.0/"))
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(5 * time.Second)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.settle("shop")
	w.check()
	var releases []string
	for _, e := range happened[events.ReleaseCreated](w) {
		releases = append(releases, e.Release)
	}
	if want := []string{"1.1.0", "1.0.0"}; !slices.Equal(releases, want) {
		t.Errorf("releases are %q, want %q", releases, want)
	}
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.1.0")) {
		t.Errorf("the site in production is %q", got)
	}
	superseded := happened[events.DeploymentSuperseded](w)
	if len(superseded) != 1 || superseded[0].Release != "1.0.0" || superseded[0].Environment != "dev" {
		t.Errorf("superseded: %+v, want release 1.0.0 in dev", superseded)
	}
}

// TestAProjectMayLearnOfItsReleaseLate has each event of the two that can set off
// a release come an hour late.
func TestAProjectMayLearnOfItsReleaseLate(t *testing.T) {
	for _, late := range []string{"project.applied.v1", "package.registered.v1"} {
		t.Run(late, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1, lateWith(late))
			w.travel(threePhases("shop"))
			w.check()
			if n := len(happened[events.ReleaseCreated](w)); n != 1 {
				t.Errorf("%d releases", n)
			}
		})
	}
}
