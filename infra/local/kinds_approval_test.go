package local_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	sfn "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// asked runs a runbook in dev, on behalf of manager1, whose step confirm asks with these
// parameters besides the groups, and returns the run, which waits.
func asked(t testing.TB, more string) (*world, api.Run) {
	t.Helper()
	w, r := tried(t, time.Minute, "{ name: confirm, uses: approval, with: { approvers: [release-managers]"+more+" } }", lookStep)
	if r.Status != string(pipeline.StatusRunning) || len(r.Steps) != 1 || r.Steps[0].Asked == nil {
		t.Fatalf("the run is %s: %s, with the steps %+v", r.Status, r.Reason, r.Steps)
	}
	return w, r
}

// decideStep starts the Approve state machine of dev as an approver does in the console.
func (w *world) decideStep(as string, r api.Run, decision string) (execution string) {
	w.t.Helper()
	input, err := json.Marshal(events.ApprovalInput{Run: r.ID, Step: "confirm", Plan: r.Plan, Decision: decision, Note: "as agreed"})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.startApproval(as, "dev", string(input))
}

// decideStepByAPI asks the API for a decision, and returns the answer's status.
func (w *world) decideStepByAPI(as string, r api.Run, decision string) int {
	w.t.Helper()
	return w.ask(as, http.MethodPost, "/runs/"+r.ID+"/decisions", api.DecisionRequest{Step: "confirm", Plan: r.Plan, Decision: decision, Note: "as agreed"}, nil)
}

func TestAStepIsApprovedInTheConsole(t *testing.T) {
	w, r := asked(t, `, message: "Clean up {environment}?"`)
	waiting := happened[events.StepAwaitingApproval](w)
	if len(waiting) != 1 || waiting[0].Message != "Clean up dev?" || waiting[0].Start.Input.Run != r.ID || waiting[0].Start.Input.Step != "confirm" {
		t.Errorf("asked: %+v", waiting)
	}
	execution := w.decideStep(manager2, r, pipeline.DecisionApprove)
	w.run(time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"approved-by": manager2})
	if got := w.execution(execution).Status; got != sfn.ExecutionStatusSucceeded {
		t.Errorf("the approver's execution is %s", got)
	}
}

func TestAStepIsApprovedByTheAPI(t *testing.T) {
	w, r := asked(t, "")
	for _, refused := range []string{"", stranger, developer} {
		if got := w.decideStepByAPI(refused, r, pipeline.DecisionApprove); got != http.StatusForbidden {
			t.Errorf("a decision by %q is answered with %d", refused, got)
		}
	}
	if got := w.decideStepByAPI(manager, r, pipeline.DecisionApprove); got != http.StatusOK {
		t.Errorf("a decision by %q is answered with %d", manager, got)
	}
	w.run(time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"approved-by": manager})
	if got := w.decideStepByAPI(manager2, r, pipeline.DecisionReject); got != http.StatusConflict {
		t.Errorf("a decision after the end is answered with %d", got)
	}
}

func TestAStepIsRejected(t *testing.T) {
	w, r := asked(t, "")
	w.decideStep(manager2, r, pipeline.DecisionReject)
	w.run(time.Minute)
	w.check()
	r = w.runIs(r.ID)
	w.wantsFailure(r, "StepRefused: step confirm: Rejected: rejected by manager2: as agreed")
	if len(r.Steps) != 1 {
		t.Errorf("after the rejection there are the steps %+v", r.Steps)
	}
}

func TestAStepThatNobodyDecidesFails(t *testing.T) {
	w, r := asked(t, ", within: 5d")
	w.run(5*24*time.Hour - 2*time.Minute)
	if r = w.runIs(r.ID); r.Status != string(pipeline.StatusRunning) {
		t.Errorf("before its time the run is %s", r.Status)
	}
	w.run(5 * time.Minute)
	w.check()
	w.wantsFailure(w.runIs(r.ID), "StepRefused: step confirm: NotDecided: nobody decided until 2026-11-27T09:01:00Z")
}

func TestWhoAskedForARunMayBeKeptFromApprovingItsStep(t *testing.T) {
	w, r := asked(t, ", not: [requester]")
	if got := w.decideStepByAPI(manager, r, pipeline.DecisionApprove); got != http.StatusForbidden {
		t.Errorf("the requester's approval is answered with %d", got)
	}
	execution := w.decideStep(manager, r, pipeline.DecisionApprove)
	w.run(time.Minute)
	w.refused(execution, "may not decide")
	w.decideStep(manager2, r, pipeline.DecisionApprove)
	w.run(time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"approved-by": manager2})
}

func TestAStepTakesAQuorum(t *testing.T) {
	w, r := asked(t, ", quorum: 2")
	w.decideStep(manager, r, pipeline.DecisionApprove)
	again := w.decideStep(manager, r, pipeline.DecisionApprove)
	w.run(time.Minute)
	if got := w.runIs(r.ID); got.Status != string(pipeline.StatusRunning) || len(got.Steps[0].Approvals) != 1 {
		t.Errorf("after one approval the run is %s, with %+v", got.Status, got.Steps)
	}
	w.decideStep(manager2, r, pipeline.DecisionApprove)
	w.run(time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"approved-by": manager + ", " + manager2})
	w.refused(again, "has decided")
}

// TestADecisionThatComesAgainCountsOnce delivers the record of who decided, and the end of
// what was decided, three times.
func TestADecisionThatComesAgainCountsOnce(t *testing.T) {
	faults := &local.Rehearsal{Deliver: func(function string, _ []byte) []time.Duration {
		if function == "Slipway-DecideApproval" || function == "Slipway-ResumeStep" {
			return []time.Duration{0, time.Minute, 2 * time.Minute}
		}
		return []time.Duration{0}
	}}
	step := "{ name: confirm, uses: approval, with: { approvers: [release-managers], quorum: 2 } }"
	w := newOps(newWorld(t, 1, faults), runbook("try", []string{step, lookStep}))
	r := w.try(time.Minute)
	first := w.decideStep(manager, r, pipeline.DecisionApprove)
	w.run(10 * time.Minute)
	if got := w.runIs(r.ID); got.Status != string(pipeline.StatusRunning) || len(got.Steps[0].Approvals) != 1 {
		t.Errorf("after one approval the run is %s, with %+v", got.Status, got.Steps)
	}
	w.decideStep(manager2, r, pipeline.DecisionApprove)
	w.run(10 * time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"approved-by": manager + ", " + manager2})
	if n := len(happened[events.ApprovalDecided](w)); n != 2 {
		t.Errorf("%d decisions are recorded", n)
	}
	if got := w.execution(first).Status; got != sfn.ExecutionStatusSucceeded {
		t.Errorf("the first approver's execution is %s", got)
	}
}

func TestAStepThatAsksIsCancelled(t *testing.T) {
	w, r := asked(t, "")
	w.wantsCancelled(r, 2*time.Minute)
	late := w.decideStep(manager2, r, pipeline.DecisionApprove)
	w.run(time.Minute)
	w.check()
	w.refused(late, "nothing is left to decide")
}

func TestAStepOfADeploymentAsks(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{siteStep, confirmStep}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	d := w.deployment("shop_1_dev_1")
	w.decide(manager, "dev", events.ApprovalInput{Deployment: d.ID, Step: "confirm", Plan: d.Plan, Decision: pipeline.DecisionApprove})
	w.run(time.Minute)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
}
