package main

import (
	"io"

	"github.com/spf13/cobra"

	"slipway/shared/pipeline"
)

func newRejectCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "reject DEPLOYMENT|RUN [STEP]",
		Short: "Reject a deployment's plan, or a step that asks",
		Long: `Reject, in your own name, the plan of a deployment that asks for approval, which ends
the deployment, or a step of a deployment or of a run that does, which fails the step.
Without STEP it is the one that asks. Without --plan it is shown what is rejected;
with it, it is rejected only if that is the plan.`,
		Example: `  slipway reject storefront_12_production_1 --note "the migration is missing"
  slipway reject storefront_incident_3 confirm`,
	}
	addDecision(command, connect, out, pipeline.DecisionReject)
	return command
}
