package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"slipway/functions/api"
)

// A planner plans deployments.
type planner interface {
	Plan(ctx context.Context, project, version, environment string) (api.PlanReport, error)
}

func newPlanCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "plan PROJECT VERSION ENVIRONMENT",
		Short: "Show what a deployment would do and what stands against it",
		Long: `Show what a deployment of a release would do: its steps with their parameters, its
variables with the scope that won, its packages, and its gates with their verdicts.
Nothing is deployed. The hash is what approvers approve.`,
		Example: "  slipway plan storefront 1.4.0 production",
		Args:    cobra.ExactArgs(3),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return plan(cmd.Context(), c, out, *f, args[0], args[1], args[2])
	}
	return command
}

// plan prints the plan of a deployment.
func plan(ctx context.Context, c planner, out io.Writer, f format, project, version, environment string) error {
	report, err := c.Plan(ctx, project, version, environment)
	if err != nil {
		return err
	}
	return show(out, f, report, planText)
}
