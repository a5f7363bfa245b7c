package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A decider shows what is to be decided and takes decisions on it.
type decider interface {
	planner
	Execution(ctx context.Context, id pipeline.ExecutionID) (client.Execution, error)
	Decide(ctx context.Context, id pipeline.ExecutionID, decision api.DecisionRequest) (client.Execution, error)
}

// addDecision makes command take decision on what its arguments name.
func addDecision(command *cobra.Command, connect connector, out io.Writer, decision string) {
	d := api.DecisionRequest{Decision: decision}
	command.Args = cobra.RangeArgs(1, 2)
	command.Flags().StringVar(&d.Plan, "plan", "", "`hash` of the plan that is decided on")
	command.Flags().StringVar(&d.Note, "note", "", "`text` that is kept with the decision")
	command.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := pipeline.ParseExecutionID(args[0])
		if err != nil {
			return err
		}
		if len(args) == 2 {
			d.Step = args[1]
		}
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return decide(cmd.Context(), c, out, id, d)
	}
}

// decide takes the decision d on the deployment or the run id: on d.Step or, if that is
// "", on what asks; on d.Plan or, if that is "", on the plan that there is, which it
// shows first.
func decide(ctx context.Context, c decider, out io.Writer, id pipeline.ExecutionID, d api.DecisionRequest) error {
	x, err := c.Execution(ctx, id)
	if err != nil {
		return err
	}
	if d.Step == "" {
		if d.Step, err = asking(id, x); err != nil {
			return err
		}
	}
	if d.Plan == "" {
		d.Plan = x.Plan
		if err := present(ctx, c, out, x, d.Step); err != nil {
			return err
		}
	}
	if _, err := c.Decide(ctx, id, d); err != nil {
		return err
	}
	subject := id.String()
	if d.Step != "" {
		subject += " step " + d.Step
	}
	done := map[string]string{pipeline.DecisionApprove: "approved", pipeline.DecisionReject: "rejected"}
	_, err = fmt.Fprintf(out, "%s %s (plan %s)\n", subject, done[d.Decision], d.Plan)
	return err
}

// asking returns the step of x that asks for approval, or "" where the deployment
// itself does. That a deployment asks for nothing is for the API to say, which may know
// better by then.
func asking(id pipeline.ExecutionID, x client.Execution) (step string, err error) {
	var names []string
	for _, s := range x.Steps {
		if asks(s) {
			names = append(names, s.Step)
		}
	}
	switch {
	case len(names) == 1:
		return names[0], nil
	case len(names) > 1:
		return "", fmt.Errorf("%s: the steps %s ask; name the one to decide on: %w", id, strings.Join(names, " and "), pipeline.ErrInvalid)
	case !id.IsRun():
		return "", nil
	case pipeline.Status(x.Status).Terminal():
		return "", fmt.Errorf("run %s is %s; nothing is left to decide: %w", id, x.Status, pipeline.ErrEnded)
	}
	return "", fmt.Errorf("run %s is %s, and no step of it asks for approval: %w", id, x.Status, pipeline.ErrRefused)
}

// asks tells whether a step waits for a decision.
func asks(s api.Step) bool { return s.Asked != nil && s.Status == string(pipeline.StatusRunning) }

// present shows what is decided on: the plan of a deployment that asks, or what led to
// the step that does. What asks for nothing has nothing to be shown.
func present(ctx context.Context, c decider, out io.Writer, x client.Execution, step string) error {
	text := ""
	switch {
	case step != "":
		text = stepsText(x.Steps)
	case x.Status == string(pipeline.StatusAwaitingApproval):
		report, err := c.Plan(ctx, x.Project, x.Release, x.Environment)
		if err != nil {
			return err
		}
		if report.Hash != x.Plan {
			return fmt.Errorf("deployment %s asks for approval of plan %s, which has changed to %s since: wait until it asks anew, or decide with --plan: %w",
				x.ID, x.Plan, report.Hash, pipeline.ErrRefused)
		}
		text = planText(report) + "\n"
	}
	_, err := io.WriteString(out, text)
	return err
}
