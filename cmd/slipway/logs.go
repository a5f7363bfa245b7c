package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/functions/api"
)

// A logReader reads logs.
type logReader interface {
	Logs(ctx context.Context, id string) (api.LogReport, error)
}

func newLogsCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:     "logs DEPLOYMENT",
		Short:   "Print what a deployment's steps have logged",
		Long:    "Print what a deployment's steps have logged, attempt by attempt, in the order of their starts.",
		Example: "  slipway logs storefront_12_production_1",
		Args:    cobra.ExactArgs(1),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return printLogs(cmd.Context(), c, out, *f, args[0])
	}
	return command
}

// printLogs prints the logs of a deployment.
func printLogs(ctx context.Context, c logReader, out io.Writer, f format, id string) error {
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
