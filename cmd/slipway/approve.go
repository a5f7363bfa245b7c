package main

import (
	"io"

	"github.com/spf13/cobra"

	"slipway/shared/pipeline"
)

func newApproveCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "approve DEPLOYMENT|RUN [STEP]",
		Short: "Approve a deployment's plan, or a step that asks",
		Long: `Approve, in your own name, the plan of a deployment that asks for approval, or a step
of a deployment or of a run that does. Without STEP it is the one that asks. Without
--plan it is shown what is approved; with it, it is approved only if that is the plan.`,
		Example: `  slipway approve storefront_12_production_1 --note "release notes read"
  slipway approve storefront_12_production_1 --plan sha256:5f36…
  slipway approve storefront_incident_3`,
	}
	addDecision(command, connect, out, pipeline.DecisionApprove)
	return command
}
