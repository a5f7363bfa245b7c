package local_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sfn "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// shopWaiting returns a world in which release 1.0.0 of shop waits for the
// approval of its deployment to production, which is the second result.
func shopWaiting(t *testing.T) (*world, api.Deployment) {
	t.Helper()
	w := newWorld(t, 1, nil)
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	d := w.deployment("shop_1_production_1")
	if d.Status != string(pipeline.StatusAwaitingApproval) {
		t.Fatalf("deployment to production is %s", d.Status)
	}
	return w, d
}

func TestAPackageTravelsToProduction(t *testing.T) {
	w, d := shopWaiting(t)
	if w.objects("storefront-site", "shop/production/")["index.html"] != "" {
		t.Error("the site is in production before anybody has approved it")
	}
	approval := w.approve(manager, d)
	w.run(time.Hour)
	w.check()
	if got := w.execution(approval); got.Status != sfn.ExecutionStatusSucceeded {
		t.Errorf("the approval's execution is %s", got.Status)
	}
	want := []string{"shop_1_dev_1 succeeded", "shop_1_staging_1 succeeded", "shop_1_production_1 succeeded"}
	if got := w.statuses("shop"); !slices.Equal(got, want) {
		t.Errorf("deployments are %q, want %q", got, want)
	}
	for _, environment := range []string{"dev", "staging", "production"} {
		if got := w.objects("storefront-site", "shop/"+environment+"/"); !maps.Equal(got, site("1.0.0")) {
			t.Errorf("the site in %s is %q", environment, got)
		}
		if got := w.deployExecution("shop_1_" + environment + "_1"); got.Status != sfn.ExecutionStatusSucceeded {
			t.Errorf("the execution to %s is %s", environment, got.Status)
		}
	}
	approvals := w.deployment(d.ID).Approvals
	if len(approvals) != 1 || approvals[0].By != manager || approvals[0].Decision != pipeline.DecisionApprove || approvals[0].Note != "go" {
		t.Errorf("approvals are %+v", approvals)
	}
}

func TestAReleaseSoaksBeforeItGoesOn(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(29 * time.Minute)
	if n := len(happened[events.DeploymentAwaitingApproval](w)); n != 0 {
		t.Error("approval is asked for before the release has soaked")
	}
	w.run(2 * time.Minute)
	if n := len(happened[events.DeploymentAwaitingApproval](w)); n != 1 {
		t.Errorf("approval is asked for %d times", n)
	}
	w.check()
}

func TestTheSamePushAgainChangesNothing(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.travel(threePhases("shop"))
	before := w.picture()
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.settle("shop")
	w.check()
	if diff := difference(w.picture(), before); diff != "" {
		t.Error(diff)
	}
}

func TestAVersionStaysWhatItIs(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.travel(threePhases("shop"))
	before := w.records()
	w.push("shop", "1.0.0", site("something else"))
	w.settle("shop")
	w.check()
	rejected := happened[events.PackageRejected](w)
	if len(rejected) != 1 || rejected[0].Version != "1.0.0" || !strings.Contains(rejected[0].Message, "push it under a new version") {
		t.Errorf("rejections are %+v", rejected)
	}
	if got := w.records(); got != before+1 {
		t.Errorf("%d records more, want the rejection alone", got-before)
	}
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.0.0")) {
		t.Errorf("the site is %q", got)
	}
}

func TestARejectionEndsTheDeploymentAndLeavesProductionAsItWas(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.travel(threePhases("shop"))
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(time.Hour)
	d := w.deployment("shop_2_production_1")
	w.decide(manager2, "production", events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: pipeline.DecisionReject, Note: "not on a Friday"})
	w.run(time.Hour)
	w.check()
	if d = w.deployment(d.ID); d.Status != string(pipeline.StatusRejected) || d.Reason != "rejected by manager2: not on a Friday" {
		t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
	}
	if got := w.deployExecution(d.ID); got.Status != sfn.ExecutionStatusSucceeded {
		t.Errorf("its execution is %s, want SUCCEEDED: a no is not a fault", got.Status)
	}
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.0.0")) {
		t.Errorf("the site in production is %q", got)
	}
	if got := w.objects("storefront-site", "shop/staging/"); !maps.Equal(got, site("1.1.0")) {
		t.Errorf("the site in staging is %q", got)
	}
}

// TestDecisionsThatAreRefused holds that a decision without a right to it fails
// its execution with the reason, and changes nothing.
func TestDecisionsThatAreRefused(t *testing.T) {
	approve := func(d api.Deployment) events.ApprovalInput {
		return events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: pipeline.DecisionApprove}
	}
	for name, refused := range map[string]struct {
		by, environment string
		input           func(api.Deployment) events.ApprovalInput
		cause           string
	}{
		"by nobody known": {stranger, "production", approve, "is not in release-managers or developers"},
		"by the author":   {developer, "production", approve, "wrote it and so may not decide"},
		"on another plan": {manager, "production", func(d api.Deployment) events.ApprovalInput {
			return events.ApprovalInput{Deployment: d.ID, Plan: "sha256:0", Decision: pipeline.DecisionApprove}
		}, `plan "sha256:0" is not the one to decide on`},
		"with the machine of another environment": {manager, "staging", approve, "is decided on with Approve-production, not with Approve-staging"},
		"that is neither yes nor no": {manager, "production", func(d api.Deployment) events.ApprovalInput {
			return events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: "perhaps"}
		}, `decision "perhaps": want "approve" or "reject"`},
		"on a deployment that does not exist": {manager, "production", func(d api.Deployment) events.ApprovalInput {
			return events.ApprovalInput{Deployment: "shop_7_production_1", Plan: d.Plan, Decision: pipeline.DecisionApprove}
		}, "deployment shop_7_production_1"},
		"on one that does not ask": {manager, "dev", func(d api.Deployment) events.ApprovalInput {
			return events.ApprovalInput{Deployment: "shop_1_dev_1", Plan: d.Plan, Decision: pipeline.DecisionApprove}
		}, "deployment shop_1_dev_1 is succeeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, d := shopWaiting(t)
			before := w.picture()
			execution := w.decide(refused.by, refused.environment, refused.input(d))
			w.run(time.Hour)
			w.check()
			w.refused(execution, refused.cause)
			if diff := difference(w.picture(), before); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// refused asserts that the execution of a decision failed with a cause that holds why.
func (w *world) refused(execution, why string) {
	w.t.Helper()
	got := w.execution(execution)
	if got.Status != sfn.ExecutionStatusFailed || got.Error == nil || *got.Error != "Refused" || !strings.Contains(*got.Cause, why) {
		w.t.Errorf("the execution is %s, %s: %s; want FAILED, Refused: … %s …", got.Status, value(got.Error), value(got.Cause), why)
	}
}

func value(text *string) string {
	if text == nil {
		return "nothing"
	}
	return *text
}

func TestADecisionCountsOnceAndStands(t *testing.T) {
	w, d := shopWaiting(t)
	w.approve(manager, d)
	w.run(time.Hour)
	before := w.picture()
	again := w.approve(manager, d)
	opposite := w.decide(manager, "production", events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: pipeline.DecisionReject})
	late := w.approve(manager2, d)
	w.run(time.Hour)
	w.check()
	w.refused(again, "is succeeded; nothing is left to decide")
	w.refused(opposite, "is succeeded; nothing is left to decide")
	w.refused(late, "is succeeded; nothing is left to decide")
	if diff := difference(w.picture(), before); diff != "" {
		t.Error(diff)
	}
}

// TestALateRecordOfItsAuthorDecidesNothing is about CloudTrail, whose records may
// come long after the calls: what was told to be undecided stays undecided.
func TestALateRecordOfItsAuthorDecidesNothing(t *testing.T) {
	late := 61 * time.Minute
	w := newWorld(t, 1, lateTo("Slipway-DecideApproval", &late))
	w.apply("shop", threePhases("shop").String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	unidentified := w.approve(manager, w.deployment("shop_1_production_1"))
	w.run(2 * time.Hour)
	w.check()
	if got := w.execution(unidentified); got.Status != sfn.ExecutionStatusFailed || value(got.Error) != "Unidentified" {
		t.Errorf("the execution is %s: %s", got.Status, value(got.Error))
	}
	if d := w.deployment("shop_1_production_1"); d.Status != string(pipeline.StatusAwaitingApproval) || len(d.Approvals) != 0 {
		t.Errorf("the deployment is %s with the approvals %+v", d.Status, d.Approvals)
	}
	late = 10 * time.Minute
	w.settle("shop")
	w.check()
	if d := w.deployment("shop_1_production_1"); d.Status != string(pipeline.StatusSucceeded) {
		t.Errorf("after another approval the deployment is %s", d.Status)
	}
}

// TestTheAPIDecidesAsTheConsoleDoes goes the way of the command line.
func TestTheAPIDecidesAsTheConsoleDoes(t *testing.T) {
	w, d := shopWaiting(t)
	path, decision := "/deployments/"+d.ID+"/decisions", map[string]string{"plan": d.Plan, "decision": pipeline.DecisionApprove, "note": "go"}
	for _, refused := range []string{"", stranger, developer} {
		if got := w.ask(refused, http.MethodPost, path, decision, nil); got != http.StatusForbidden {
			t.Errorf("a decision by %q is answered with %d", refused, got)
		}
	}
	if got := w.ask(manager, http.MethodPost, path, decision, nil); got != http.StatusOK {
		t.Errorf("a decision by %q is answered with %d", manager, got)
	}
	w.run(time.Hour)
	w.check()
	if got := w.deployment(d.ID).Status; got != string(pipeline.StatusSucceeded) {
		t.Errorf("the deployment is %s", got)
	}
	if got := w.ask(manager2, http.MethodPost, path, decision, nil); got != http.StatusConflict {
		t.Errorf("a decision after the end is answered with %d", got)
	}
}

func TestAnArchiveIsKeptAsItWasPushed(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Minute)
	w.check()
	p, err := w.table().Package(context.Background(), "shop", pipeline.MustVersion("1.0.0"))
	if err != nil || p.Build.Author != developer {
		t.Errorf("the package is %+v, %v", p, err)
	}
	if n := len(happened[events.ReleaseCreated](w)); n != 0 {
		t.Errorf("%d releases of a package that no project has", n)
	}
}
