package local_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// freePhase is production without approval.
const freePhase = "{ phase: live, environments: [production], deploy: automatic }"

// troubled is a world in which two releases of shop have succeeded in the environments of
// a phase to production, with a runbook that rolls production back when apiErrors is raised.
func troubled(t *testing.T, faults *local.Rehearsal, phase string, steps ...string) *world {
	t.Helper()
	w := newWorld(t, 1, faults)
	w.apply("shop", withRunbooks(projectFile{"shop", []string{phase}, steps},
		runbook("incident", []string{"{ name: back, uses: rollback }", "{ name: rest, uses: wait, with: { for: 5m } }"},
			"environments: [production]", "on: { alarm: "+apiErrors+" }", "concurrency: skip")))
	for _, version := range []string{"1.0.0", "1.1.0"} {
		w.push("shop", version, site(version))
		w.settle("shop")
	}
	return w
}

// told returns what the chain of shop tells after its first n records: what happened, to
// whom, and by whom.
func (w *world) told(n int) (all []string) {
	w.t.Helper()
	for _, a := range w.chains()["project/shop"][n:] {
		var e struct{ Deployment, Via, Rollback, Run, Step, Status string }
		if err := json.Unmarshal(a.Detail, &e); err != nil {
			w.t.Fatal(err)
		}
		line := fmt.Sprintf("%s %s", strings.TrimSuffix(a.Type, ".v1"), e.Deployment+e.Run)
		for _, further := range []string{e.Step, e.Status, e.Rollback} {
			line = strings.TrimSpace(line + " " + further)
		}
		if e.Via != "" {
			line += " via " + e.Via
		}
		all = append(all, line+" by "+a.By)
	}
	return all
}

func TestAnAlarmRollsProductionBackAndTheAuditTellsTheStory(t *testing.T) {
	t.Parallel()
	w := troubled(t, nil, freePhase, siteStep)
	before := len(w.chains()["project/shop"])
	w.setAlarm("ALARM")
	w.run(time.Minute)
	w.setAlarm("OK")
	w.setAlarm("ALARM") // while the run goes on
	w.run(time.Hour)
	w.check()
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.0.0")) {
		t.Errorf("production has %q", got)
	}
	const via = " via shop_incident_1/back/1 by "
	want := []string{
		"runbook.requested shop_incident_1 by slipway",
		"runbook.started shop_incident_1 by slipway",
		"step.started shop_incident_1 back by slipway",
		"deployment.requested shop_1_production_2 shop_2_production_1" + via + "shop_incident_1",
		"deployment.started shop_1_production_2" + via + "slipway",
		"step.started shop_1_production_2 site by slipway",
		"step.finished shop_1_production_2 site succeeded by slipway",
		"deployment.succeeded shop_1_production_2" + via + "slipway",
		"step.finished shop_incident_1 back succeeded by slipway",
		"step.started shop_incident_1 rest by slipway",
		"runbook.skipped by slipway",
		"step.finished shop_incident_1 rest succeeded by slipway",
		"runbook.finished shop_incident_1 succeeded by slipway",
	}
	if got := w.told(before); !slices.Equal(got, want) {
		t.Errorf("the audit tells\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	raised := w.raised()
	requested, skipped := happened[events.RunbookRequested](w), happened[events.RunbookSkipped](w)
	if len(raised) != 2 || requested[0].Trigger != (events.Trigger{Kind: pipeline.TriggerEvent, Event: raised[0], Alarm: apiErrors}) ||
		skipped[0].Trigger.Event != raised[1] {
		t.Errorf("events %q start %+v and %+v", raised, requested, skipped)
	}
	if d := w.deployment("shop_1_production_2"); d.RequestedBy != "shop_incident_1" || d.Rollback != "shop_2_production_1" {
		t.Errorf("the deployment is %s", asJSON(d))
	}
}

// raised returns the ids of the events by which apiErrors told that it has gone into ALARM.
func (w *world) raised() (ids []string) {
	w.t.Helper()
	for _, e := range w.taken {
		var change struct {
			AlarmName string
			State     struct{ Value string }
		}
		if e.Event.Source != "aws.cloudwatch" {
			continue
		}
		if err := json.Unmarshal(e.Event.Detail, &change); err != nil {
			w.t.Fatal(err)
		}
		if change.AlarmName == apiErrors && change.State.Value == "ALARM" {
			ids = append(ids, e.Event.ID)
		}
	}
	return ids
}

// TestARollbackByARunbookGoesThroughItsGates has a person approve what an alarm has started.
func TestARollbackByARunbookGoesThroughItsGates(t *testing.T) {
	t.Parallel()
	w := troubled(t, nil, livePhase, siteStep)
	w.setAlarm("ALARM")
	w.run(time.Minute)
	d := w.deployment("shop_1_production_2")
	if d.Status != string(pipeline.StatusAwaitingApproval) || w.runIs("shop_incident_1").Status != string(pipeline.StatusRunning) {
		t.Fatalf("the deployment is %s", d.Status)
	}
	w.approve(manager, d)
	w.run(time.Hour)
	w.check()
	run := w.runIs("shop_incident_1")
	if run.Status != string(pipeline.StatusSucceeded) || !maps.Equal(run.Steps[0].Outputs, map[string]string{"deployment": d.ID, "release": "1.0.0"}) {
		t.Errorf("the run is %s", asJSON(run))
	}
}

func TestARollbackThatIsRejectedFailsItsRunbook(t *testing.T) {
	t.Parallel()
	w := troubled(t, nil, livePhase, siteStep)
	w.setAlarm("ALARM")
	w.run(time.Minute)
	d := w.deployment("shop_1_production_2")
	w.decide(manager, "production", events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: pipeline.DecisionReject, Note: "no"})
	w.run(time.Hour)
	w.check()
	if run := w.runIs("shop_incident_1"); run.Status != string(pipeline.StatusFailed) || !strings.Contains(run.Reason, "deployment shop_1_production_2 of 1.0.0 is rejected: rejected by manager1: no") {
		t.Errorf("the run is %s: %s", run.Status, run.Reason)
	}
}

func TestARunThatIsCancelledTakesItsRollbackWithIt(t *testing.T) {
	t.Parallel()
	w := troubled(t, nil, livePhase, siteStep)
	w.setAlarm("ALARM")
	w.run(time.Minute)
	if status := w.cancel(manager, "/runs/shop_incident_1"); status != http.StatusOK {
		t.Errorf("it is answered with %d", status)
	}
	w.run(time.Minute)
	w.check()
	if d, run := w.deployment("shop_1_production_2"), w.runIs("shop_incident_1"); d.Status != string(pipeline.StatusCancelled) || run.Status != string(pipeline.StatusCancelled) {
		t.Errorf("the deployment is %s, the run %s: %s", d.Status, run.Status, run.Reason)
	}
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.1.0")) {
		t.Errorf("production has %q", got)
	}
	w.push("shop", "1.2.0", site("1.2.0"))
	w.settle("shop")
	w.check()
	if got := w.objects("storefront-site", "shop/production/"); !maps.Equal(got, site("1.2.0")) {
		t.Errorf("afterwards production has %q", got)
	}
}
