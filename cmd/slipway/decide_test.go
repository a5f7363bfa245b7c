package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A desk has one deployment or run to decide on.
type desk struct {
	execution client.Execution
	hash      string // of the plan that it shows
	decided   []api.DecisionRequest
}

func (d *desk) Plan(context.Context, string, string, string) (api.PlanReport, error) {
	return api.PlanReport{Hash: d.hash}, nil
}

func (d *desk) Execution(context.Context, pipeline.ExecutionID) (client.Execution, error) {
	return d.execution, nil
}

func (d *desk) Decide(_ context.Context, _ pipeline.ExecutionID, r api.DecisionRequest) (client.Execution, error) {
	d.decided = append(d.decided, r)
	return d.execution, nil
}

func TestAPlanIsDecidedOnOnlyAsItIsShown(t *testing.T) {
	id := pipeline.ExecutionID{Deployment: pipeline.DeploymentID{Project: "storefront", Release: 1, Environment: "dev", Attempt: 1}}
	for _, test := range []struct {
		name                   string
		status                 pipeline.Status
		asked, shown, argument string
		want                   string // plan decided on
		is                     error
	}{
		{"it is shown and approved", pipeline.StatusAwaitingApproval, "sha256:a", "sha256:a", "", "sha256:a", nil},
		{"it has changed", pipeline.StatusAwaitingApproval, "sha256:a", "sha256:b", "", "", pipeline.ErrRefused},
		{"it is named", pipeline.StatusAwaitingApproval, "sha256:a", "sha256:b", "sha256:c", "sha256:c", nil},
		{"it is for the API to refuse", pipeline.StatusSucceeded, "sha256:a", "sha256:b", "", "sha256:a", nil},
	} {
		d := &desk{execution: client.Execution{Status: string(test.status), Plan: test.asked}, hash: test.shown}
		var out strings.Builder
		err := decide(t.Context(), d, &out, id, api.DecisionRequest{Decision: "approve", Plan: test.argument})
		if !errors.Is(err, test.is) {
			t.Errorf("%s: %v", test.name, err)
		}
		if test.want == "" {
			if len(d.decided) > 0 {
				t.Errorf("%s: decided %v", test.name, d.decided)
			}
			continue
		}
		if len(d.decided) != 1 || d.decided[0].Plan != test.want || !strings.HasSuffix(out.String(), "approved (plan "+test.want+")\n") {
			t.Errorf("%s: decided %v, printed %q", test.name, d.decided, out.String())
		}
	}
}

func TestTheStepThatAsksIsDecidedOn(t *testing.T) {
	step := func(name string, status pipeline.Status, asks bool) api.Step {
		s := api.Step{Step: name, Status: string(status)}
		if asks {
			s.Asked = &api.Asked{Quorum: 1, Approvers: []string{"release-managers"}}
		}
		return s
	}
	first, second := step("first", pipeline.StatusRunning, true), step("second", pipeline.StatusRunning, true)
	done, other := step("done", pipeline.StatusSucceeded, true), step("other", pipeline.StatusRunning, false)
	for _, test := range []struct {
		name     string
		id       string
		status   pipeline.Status
		steps    []api.Step
		argument string
		want     string // the step decided on
		is       error
	}{
		{"a run's", "storefront_incident_3", pipeline.StatusRunning, []api.Step{done, first, other}, "", "first", nil},
		{"a deployment's", "storefront_1_dev_1", pipeline.StatusRunning, []api.Step{done, first}, "", "first", nil},
		{"one of two by name", "storefront_incident_3", pipeline.StatusRunning, []api.Step{first, second}, "second", "second", nil},
		{"a deployment's plan", "storefront_1_dev_1", pipeline.StatusAwaitingApproval, nil, "", "", nil},
		{"one of two", "storefront_incident_3", pipeline.StatusRunning, []api.Step{first, second}, "", "", pipeline.ErrInvalid},
		{"none of a run", "storefront_incident_3", pipeline.StatusRunning, []api.Step{other}, "", "", pipeline.ErrRefused},
		{"one of a run that is over", "storefront_incident_3", pipeline.StatusFailed, []api.Step{done}, "", "", pipeline.ErrEnded},
	} {
		id, err := pipeline.ParseExecutionID(test.id)
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{execution: client.Execution{Status: string(test.status), Plan: "sha256:a", Steps: test.steps}, hash: "sha256:a"}
		var out strings.Builder
		err = decide(t.Context(), d, &out, id, api.DecisionRequest{Decision: "approve", Step: test.argument})
		if !errors.Is(err, test.is) {
			t.Errorf("%s: %v, want %v", test.name, err, test.is)
		}
		if decided := len(d.decided) == 1; decided != (test.is == nil) || decided && (d.decided[0].Step != test.want || d.decided[0].Plan != "sha256:a") {
			t.Errorf("%s: decided %+v, want step %q", test.name, d.decided, test.want)
		}
	}
}
