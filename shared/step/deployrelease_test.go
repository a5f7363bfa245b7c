package step_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/shared/step"
)

// A harbour is a place with releases.
type harbour struct {
	*place
	asked      []string // for what, in order
	deployment step.Deployment
	refuse     error // what asking comes to
}

func newHarbour(t *testing.T) *harbour {
	h := &harbour{place: newPlace(t), deployment: step.Deployment{Release: "1.4.0", Status: "running"}}
	h.runner = step.New(step.Dependencies{Objects: h.objects, Releases: h, WorkBucket: "work", Now: func() time.Time { return h.now }})
	return h
}

// Deploy implements [step.Releases].
func (h *harbour) Deploy(_ context.Context, w step.Work, project, version, environment string) (string, error) {
	h.asked = append(h.asked, fmt.Sprintf("deploy %s %s to %s for %s/%s/%d", project, version, environment, w.Execution, w.Step, w.Attempt))
	return "api_7_production_1", h.refuse
}

// Rollback implements [step.Releases].
func (h *harbour) Rollback(_ context.Context, w step.Work, project, environment string) (string, error) {
	h.asked = append(h.asked, fmt.Sprintf("roll %s back in %s for %s/%s/%d", project, environment, w.Execution, w.Step, w.Attempt))
	return "api_7_production_1", h.refuse
}

// Deployment implements [step.Releases].
func (h *harbour) Deployment(_ context.Context, id string) (step.Deployment, error) {
	if id != "api_7_production_1" {
		return step.Deployment{}, errors.New("no deployment " + id)
	}
	return h.deployment, nil
}

// Cancel implements [step.Releases].
func (h *harbour) Cancel(_ context.Context, id string, _ step.Work) error {
	h.asked = append(h.asked, "cancel "+id)
	return nil
}

const incident = "storefront_incident_3"

// inRun returns the first attempt at a step of a run.
func inRun(with string) step.Work {
	w := attempt(incident, with)
	w.Runbook = "incident"
	return w
}

// askingKinds are the kinds that ask for deployments, with the least that they take.
func askingKinds() map[string]string {
	return map[string]string{"deploy-release": `{"project":"api","version":"1.4.0"}`, "rollback": `{}`}
}

func TestAStepAsksForADeployment(t *testing.T) {
	for name, c := range map[string]struct{ kind, with, want string }{
		"a release, in the step's environment": {"deploy-release", `{"project":"api","version":"1.4.0"}`, "deploy api 1.4.0 to production for " + incident + "/check/1"},
		"a release, in another":                {"deploy-release", `{"project":"api","version":"1.4.0","environment":"staging"}`, "deploy api 1.4.0 to staging for " + incident + "/check/1"},
		"a rollback of the step's project":     {"rollback", `{}`, "roll storefront back in production for " + incident + "/check/1"},
		"a rollback of another":                {"rollback", `{"project":"api","environment":"staging"}`, "roll api back in staging for " + incident + "/check/1"},
	} {
		h := newHarbour(t)
		for range 2 { // the second as the function was repeated
			if outcome, failure := h.start(c.kind, inRun(c.with)); failure != nil || outcome.Done {
				t.Errorf("%s comes to %+v, %v", name, outcome, failure)
			}
		}
		if !slices.Equal(h.asked, []string{c.want, c.want}) {
			t.Errorf("%s asks %q, want %q", name, h.asked, c.want)
		}
	}
}

func TestTheEndOfTheDeploymentEndsTheStep(t *testing.T) {
	const work = incident + "/check/1"
	ended := func(status string, success bool) step.Deployment {
		return step.Deployment{Release: "1.4.0", Status: status, Ended: true, Success: success, Reason: "why"}
	}
	for detailType, c := range map[string]struct {
		found step.Deployment
		want  string
	}{
		"deployment.succeeded.v1":  {ended("succeeded", true), work + " done"},
		"deployment.failed.v1":     {ended("failed", false), work + " DeploymentFailed: deployment api_7_production_1 of 1.4.0 is failed: why"},
		"deployment.cancelled.v1":  {ended("cancelled", false), work + " DeploymentFailed: deployment api_7_production_1 of 1.4.0 is cancelled: why"},
		"deployment.rejected.v1":   {ended("rejected", false), work + " DeploymentFailed: deployment api_7_production_1 of 1.4.0 is rejected: why"},
		"deployment.superseded.v1": {ended("superseded", false), work + " DeploymentFailed: deployment api_7_production_1 of 1.4.0 is superseded: why"},
		"deployment.started.v1":    {ended("succeeded", true), ""}, // no end: nobody looks
	} {
		for kind, with := range askingKinds() {
			h := newHarbour(t)
			h.start(kind, inRun(with))
			for _, other := range []string{`{"deployment":"api_7_production_1"}`, `{"deployment":"api_8_production_1","via":"x"}`, `[]`} {
				if got := h.resume(events.Source, detailType, other); len(got) > 0 {
					t.Errorf("%s: %s %s leads to %q", kind, detailType, other, got)
				}
			}
			h.deployment = c.found
			if got := strings.Join(h.resume(events.Source, detailType, `{"deployment":"api_7_production_1","via":"`+work+`"}`), " "); got != c.want {
				t.Errorf("%s: %s leads to %q, want %q", kind, detailType, got, c.want)
			}
		}
	}
}

func TestADeploymentThatHasEndedByThenIsSeenAtOnce(t *testing.T) {
	for kind, with := range askingKinds() {
		h := newHarbour(t)
		h.deployment = step.Deployment{Release: "1.4.0", Status: "succeeded", Ended: true, Success: true}
		outcome, failure := h.start(kind, inRun(with))
		if failure != nil || !outcome.Done || outcome.Outputs["deployment"] != "api_7_production_1" || outcome.Outputs["release"] != "1.4.0" {
			t.Errorf("%s comes to %+v, %v", kind, outcome, failure)
		}
		if log := h.read("work", step.LogKey(incident, "check", 1)); !strings.Contains(log, "asked for deployment api_7_production_1") || !strings.Contains(log, "deployment api_7_production_1 of 1.4.0 succeeded\n") {
			t.Errorf("%s: the log says %q", kind, log)
		}
	}
}

func TestAFailedDeploymentMayBeAttemptedAgainAndARefusalStands(t *testing.T) {
	for kind, with := range askingKinds() {
		h := newHarbour(t)
		h.deployment = step.Deployment{Status: "failed", Ended: true}
		if _, failure := h.start(kind, inRun(with)); failure == nil || failure.Permanent {
			t.Errorf("%s: a failed deployment comes to %+v", kind, failure)
		}
		h.refuse = &step.Failure{Name: "DeploymentRefused", Permanent: true}
		if _, failure := h.start(kind, inRun(with)); failure == nil || failure.Name != "DeploymentRefused" || !failure.Permanent {
			t.Errorf("%s: a refusal comes to %+v", kind, failure)
		}
	}
}

func TestADeploymentDoesNotWaitForItself(t *testing.T) {
	for name, c := range map[string]struct {
		kind, with, runbook string
		refused             bool
	}{
		"its own project, by rollback":  {"rollback", `{}`, "", true},
		"its own project":               {"deploy-release", `{"project":"storefront","version":"1.4.0"}`, "", true},
		"its own project, by name":      {"deploy-release", `{"project":"storefront","version":"1.4.0","environment":"production"}`, "", true},
		"its own project, elsewhere":    {"deploy-release", `{"project":"storefront","version":"1.4.0","environment":"staging"}`, "", false},
		"another project":               {"rollback", `{"project":"api"}`, "", false},
		"its own project, in a runbook": {"rollback", `{}`, "incident", false},
	} {
		h := newHarbour(t)
		w := attempt(waiting, c.with)
		w.Runbook = c.runbook
		_, failure := h.start(c.kind, w)
		if refused := failure != nil && failure.Name == "WaitsForItself" && failure.Permanent && len(h.asked) == 0; refused != c.refused {
			t.Errorf("%s comes to %v, and asks %q", name, failure, h.asked)
		}
	}
}

func TestCancellingTheStepCancelsItsDeployment(t *testing.T) {
	for kind, with := range askingKinds() {
		h := newHarbour(t)
		h.start(kind, inRun(with))
		if err := h.runner.Cancel(t.Context(), step.Attempt{Execution: incident, Step: "check", Attempt: 1}); err != nil {
			t.Error(err)
		}
		if h.asked[len(h.asked)-1] != "cancel api_7_production_1" {
			t.Errorf("%s asks %q", kind, h.asked)
		}
	}
}

func TestTheReleaseMayBeAPlaceholder(t *testing.T) {
	k, _ := step.Lookup("deploy-release")
	with, err := step.Resolve(k, []byte(`{"project":"api","version":"{VERSION}","environment":"{environment}"}`), map[string]string{"VERSION": "2.0.0", "environment": "staging"})
	if err != nil || string(with) != `{"environment":"staging","project":"api","version":"2.0.0"}` {
		t.Errorf("it is resolved as %s, %v", with, err)
	}
}
