package main

import (
	"io"

	"github.com/spf13/cobra"

	"slipway/shared/pipeline"
)

func newRejectCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "reject DEPLOYMENT",
		Short: "Reject a deployment's plan",
		Long: `Reject the plan of a deployment that asks for approval, in your own name, which ends
the deployment. Without --plan the plan is shown and rejected as it is; with it, only
if it is still that one.`,
		Example: `  slipway reject storefront_12_production_1 --note "the migration is missing"`,
		Args:    cobra.ExactArgs(1),
	}
	addDecision(command, connect, out, pipeline.DecisionReject)
	return command
}
