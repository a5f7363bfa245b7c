package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A canceller ends deployments and runs early.
type canceller interface {
	Cancel(ctx context.Context, id pipeline.ExecutionID, request api.CancelRequest) (client.Execution, error)
}

func newCancelCommand(connect connector, out io.Writer) *cobra.Command {
	var note string
	command := &cobra.Command{
		Use:   "cancel DEPLOYMENT|RUN",
		Short: "End a deployment or a run early",
		Long: `End a deployment or a run early, in your own name: at once when none of its steps has
started, else after the step that goes on, which is cancelled where its kind can be. No
further step starts. Asking again changes nothing.`,
		Example: `  slipway cancel storefront_12_production_1 --note "the wrong release"
  slipway cancel storefront_nightly-backup_17`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := pipeline.ParseExecutionID(args[0])
			if err != nil {
				return err
			}
			c, err := connect(cmd.Context())
			if err != nil {
				return err
			}
			return cancel(cmd.Context(), c, out, id, note)
		},
	}
	command.Flags().StringVar(&note, "note", "", "`text` that is kept: why")
	return command
}

// cancel asks for the end of a deployment or a run and tells how far it has come.
func cancel(ctx context.Context, c canceller, out io.Writer, id pipeline.ExecutionID, note string) error {
	x, err := c.Cancel(ctx, id, api.CancelRequest{Note: note})
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s %s\n", id, x.Status)
	if !pipeline.Status(x.Status).Terminal() {
		text = fmt.Sprintf("%s %s, ends after the step that goes on\n", id, x.Status)
	}
	_, err = io.WriteString(out, text)
	return err
}
