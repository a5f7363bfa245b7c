//go:build integration

package step_test

import (
	"slices"
	"testing"
	"time"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationWait(t *testing.T) {
	integration.Suite{
		Subject: "wait",
		Holds: []integration.Claim{
			{Says: "one note of its end, however often it starts", Hold: emulated(posted(aWaitKeepsItsEnd))},
			{Says: "cancellation", Hold: emulated(posted(aWaitIsCancelled))},
		},
	}.Run(t)
}

func aWaitKeepsItsEnd(o *outpost) {
	end := o.now.Add(10 * time.Minute)
	for range 2 {
		if outcome, failure := o.run("wait", `{"for":"10m"}`); failure != nil || outcome.Done {
			o.t.Fatalf("it starts as %+v, %v", outcome, failure)
		}
		o.now = o.now.Add(time.Minute)
	}
	if got := o.dueAt("wait"); !slices.Equal(got, []string{"done"}) || !o.now.Equal(end) {
		o.t.Errorf("at %s it comes to %q, want its end at %s", o.now, got, end)
	}
}

func aWaitIsCancelled(o *outpost) {
	o.run("wait", `{"for":"10m"}`)
	o.must(o.runner.Cancel(o.t.Context(), step.Attempt{Execution: o.execution(), Step: "check", Attempt: 1}))
	if got := o.dueAt("wait"); len(got) != 1 || got[0] == "done" {
		o.t.Errorf("it comes to %q", got)
	}
}
