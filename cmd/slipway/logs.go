package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A logReader reads logs.
type logReader interface {
	Logs(ctx context.Context, id pipeline.ExecutionID) (api.LogReport, error)
}

func newLogsCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "logs DEPLOYMENT|RUN",
		Short: "Print what the steps of a deployment or a run have logged",
		Long: `Print what the steps of a deployment or of a run have logged, attempt by attempt, in the
order of their starts.`,
		Example: `  slipway logs storefront_12_production_1
  slipway logs storefront_nightly-backup_17`,
		Args: cobra.ExactArgs(1),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := pipeline.ParseExecutionID(args[0])
		if err != nil {
			return err
		}
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return printLogs(cmd.Context(), c, out, *f, id)
	}
	return command
}

// printLogs prints the logs of a deployment or a run.
func printLogs(ctx context.Context, c logReader, out io.Writer, f format, id pipeline.ExecutionID) error {
	logs, err := c.Logs(ctx, id)
	if err != nil {
		return err
	}
	return show(out, f, logs, logText)
}

func logText(r api.LogReport) string {
	var text strings.Builder
	for _, l := range r.Logs {
		fmt.Fprintf(&text, "--- %s, attempt %d\n", l.Step, l.Attempt)
		for _, line := range l.Lines {
			text.WriteString(line + "\n")
		}
	}
	return text.String()
}
