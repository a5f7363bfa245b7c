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
