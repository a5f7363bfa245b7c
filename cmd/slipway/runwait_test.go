package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A course is how a run goes, look by look.
type course []client.Execution

func (c *course) Execution(context.Context, pipeline.ExecutionID) (client.Execution, error) {
	now := (*c)[0]
	if len(*c) > 1 {
		*c = (*c)[1:]
	}
	return now, nil
}

func TestWaitingEndsWithTheRun(t *testing.T) {
	asked := api.Step{Step: "confirm", Attempt: 1, Status: "running", Asked: &api.Asked{Quorum: 1, Approvers: []string{"ops"}}}
	queued, running := client.Execution{Status: "queued"}, client.Execution{Status: "running", Steps: []api.Step{asked}}
	for _, test := range []struct {
		name   string
		course course
		out    string
		err    string
	}{
		{"with its success", course{queued, running, running, {Status: "succeeded"}},
			"step confirm asks 1 of ops: slipway approve shop_incident_3\nshop_incident_3 succeeded\n", ""},
		{"with its failure", course{{Status: "failed", Reason: "StepFailed: step look"}}, "", "run shop_incident_3 failed: StepFailed: step look"},
		{"with its cancellation", course{queued, {Status: "cancelled", Reason: "cancelled by ann"}}, "", "run shop_incident_3 cancelled: cancelled by ann"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			id := pipeline.ExecutionID{Run: pipeline.RunID{Project: "shop", Runbook: "incident", Number: 3}}
			err := waitFor(t.Context(), &test.course, &out, id)
			if told := message(err); told != test.err || out.String() != test.out {
				t.Errorf("%s: printed %q and ended with %q, want %q and %q", test.name, &out, told, test.out, test.err)
			}
		})
	}
}

// message returns what err tells, "" for none.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
