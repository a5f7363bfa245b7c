package main

import (
	"io"

	"github.com/spf13/cobra"

	"slipway/shared/pipeline"
)

func newApproveCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "approve DEPLOYMENT",
		Short: "Approve a deployment's plan",
		Long: `Approve the plan of a deployment that asks for approval, in your own name. Without
--plan the plan is shown and approved as it is; with it, only if it is still that one.`,
		Example: `  slipway approve storefront_12_production_1 --note "release notes read"
  slipway approve storefront_12_production_1 --plan sha256:5f36…`,
		Args: cobra.ExactArgs(1),
	}
	addDecision(command, connect, out, pipeline.DecisionApprove)
	return command
}
