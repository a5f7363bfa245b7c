package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A decider shows plans and takes decisions on them.
type decider interface {
	planner
	Deployment(ctx context.Context, id string) (api.Deployment, error)
	Decide(ctx context.Context, id string, decision api.DecisionRequest) (api.Deployment, error)
}

// addDecision makes command take decision on the deployment that its argument is.
func addDecision(command *cobra.Command, connect connector, out io.Writer, decision string) {
	d := api.DecisionRequest{Decision: decision}
	command.Flags().StringVar(&d.Plan, "plan", "", "`hash` of the plan that is decided on")
	command.Flags().StringVar(&d.Note, "note", "", "`text` that is kept with the decision")
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return decide(cmd.Context(), c, out, args[0], d)
	}
}

// decide takes the decision d on a deployment: on d.Plan or, if that is "", on the
// plan that the deployment has, which it shows first.
func decide(ctx context.Context, c decider, out io.Writer, id string, d api.DecisionRequest) error {
	if d.Plan == "" {
		var err error
		if d.Plan, err = present(ctx, c, out, id); err != nil {
			return err
		}
	}
	if _, err := c.Decide(ctx, id, d); err != nil {
		return err
	}
	done := map[string]string{pipeline.DecisionApprove: "approved", pipeline.DecisionReject: "rejected"}
	_, err := fmt.Fprintf(out, "%s %s (plan %s)\n", id, done[d.Decision], d.Plan)
	return err
}

// present shows the plan that a deployment asks approval for and returns its hash.
// It returns [pipeline.ErrRefused] when what it can show is another plan by now.
// A deployment that asks for none has nothing to be shown: that nothing is to be
// decided is for the API to say.
func present(ctx context.Context, c decider, out io.Writer, id string) (hash string, err error) {
	d, err := c.Deployment(ctx, id)
	if err != nil || d.Status != string(pipeline.StatusAwaitingApproval) {
		return d.Plan, err
	}
	report, err := c.Plan(ctx, d.Project, d.Release, d.Environment)
	if err != nil {
		return "", err
	}
	if report.Hash != d.Plan {
		return "", fmt.Errorf("deployment %s asks for approval of plan %s, which has changed to %s since: wait until it asks anew, or decide with --plan: %w",
			id, d.Plan, report.Hash, pipeline.ErrRefused)
	}
	_, err = io.WriteString(out, planText(report)+"\n")
	return d.Plan, err
}
