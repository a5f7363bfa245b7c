package pipeline_test

import (
	"encoding/json"
	"testing"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
)

// chained returns three records of a chain; the events hold what JSON escapes.
func chained(t *testing.T) []pipeline.AuditEntry {
	t.Helper()
	var all []pipeline.AuditEntry
	var previous events.Record
	for i, cause := range []string{"<one> & two", "three\nfour", ""} {
		a, err := pipeline.Seal(pipeline.ProjectChain("storefront"), previous, events.DeploymentCancelled{Cause: cause}, "manager1", at(i).Add(time.Nanosecond))
		must(t, err)
		all, previous = append(all, a), a.Record
	}
	return all
}

// verify checks a whole chain.
func verify(all []pipeline.AuditEntry) error {
	var previous events.Record
	for _, a := range all {
		if err := a.Verify(previous); err != nil {
			return err
		}
		previous = a.Record
	}
	return nil
}

func TestAChainThatNobodyTouchedVerifies(t *testing.T) {
	all := chained(t)
	must(t, verify(all))
	for i, a := range all {
		if a.Sequence != i+1 || a.Type != "deployment.cancelled.v1" || a.Chain != "project/storefront" {
			t.Errorf("record %d is %+v", i, a.Record)
		}
	}
}

func TestAChainVerifiesAfterItWasStored(t *testing.T) {
	data, err := json.Marshal(chained(t))
	must(t, err)
	var stored []pipeline.AuditEntry
	must(t, json.Unmarshal(data, &stored))
	must(t, verify(stored))
}

func TestWhoeverTampersWithARecordIsFoundOut(t *testing.T) {
	for name, tamper := range map[string]func(*pipeline.AuditEntry){
		"chain":                func(a *pipeline.AuditEntry) { a.Chain = "project/other" },
		"sequence":             func(a *pipeline.AuditEntry) { a.Sequence++ },
		"type":                 func(a *pipeline.AuditEntry) { a.Type = "deployment.succeeded.v1" },
		"time":                 func(a *pipeline.AuditEntry) { a.At = a.At.Add(time.Nanosecond) },
		"person":               func(a *pipeline.AuditEntry) { a.By = "manager2" },
		"previous hash":        func(a *pipeline.AuditEntry) { a.Previous = a.Hash },
		"hash":                 func(a *pipeline.AuditEntry) { a.Hash = a.Previous },
		"no hash":              func(a *pipeline.AuditEntry) { a.Hash = "" },
		"detail":               func(a *pipeline.AuditEntry) { a.Detail[len(a.Detail)-3] ^= 1 },
		"white space":          func(a *pipeline.AuditEntry) { a.Detail = append(a.Detail, ' ') },
		"line between fields":  func(a *pipeline.AuditEntry) { a.By, a.Previous = a.By+"\n"+a.Previous, "" },
		"line before the text": func(a *pipeline.AuditEntry) { a.Previous, a.Detail = a.Previous+"\n"+string(a.Detail), nil },
	} {
		for i := range 3 {
			all := chained(t)
			tamper(&all[i])
			wantError(t, name, verify(all), pipeline.ErrInvalid)
		}
	}
}

func TestAChainFromWhichARecordWasTakenDoesNotVerify(t *testing.T) {
	all := chained(t)
	wantError(t, "without the first", verify(all[1:]), pipeline.ErrInvalid)
	wantError(t, "without the second", verify([]pipeline.AuditEntry{all[0], all[2]}), pipeline.ErrInvalid)
	wantError(t, "in another order", verify([]pipeline.AuditEntry{all[0], all[2], all[1]}), pipeline.ErrInvalid)
}

func TestARewrittenRecordBreaksTheChainAfterIt(t *testing.T) {
	all := chained(t)
	forged, err := pipeline.Seal(pipeline.ProjectChain("storefront"), all[0].Record, events.DeploymentSucceeded{}, "manager1", noon)
	must(t, err)
	must(t, forged.Verify(all[0].Record)) // by itself it is sound
	wantError(t, "with a forged record", verify([]pipeline.AuditEntry{all[0], forged, all[2]}), pipeline.ErrInvalid)
}

func TestTimesOfRecordsAreUTC(t *testing.T) {
	zurich := time.FixedZone("CET", 3600)
	a, err := pipeline.Seal(pipeline.IntakeChain, events.Record{}, events.PackageRejected{}, "ci", noon.In(zurich))
	must(t, err)
	if a.At.Location() != time.UTC || !a.At.Equal(noon) {
		t.Errorf("it is dated %s", a.At)
	}
}

func TestAChangeIsEmptyUnlessItWritesSomething(t *testing.T) {
	if !(pipeline.Change{By: "manager1"}).Empty() {
		t.Error("one without content is not empty")
	}
	for name, c := range map[string]pipeline.Change{
		"event": {Events: []events.Event{events.DeploymentSucceeded{}}}, "package": {Packages: make([]pipeline.Package, 1)},
		"rejection": {Rejections: make([]pipeline.Rejection, 1)}, "project": {Project: &pipeline.AppliedProject{}}, "release": {Release: &pipeline.Release{}},
		"deployment": {Deployments: make([]pipeline.Deployment, 1)}, "environment": {Environments: make([]pipeline.Environment, 1)}, "step": {Steps: make([]pipeline.StepRun, 1)},
	} {
		if c.Empty() {
			t.Errorf("one with a %s is empty", name)
		}
	}
}
