package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
)

// A runLister lists runs.
type runLister interface {
	Runs(ctx context.Context, project, runbook string, p client.Page) (api.RunList, error)
}

func newRunbookRunsCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "runs PROJECT RUNBOOK",
		Short: "List a runbook's runs",
		Long:  "List the runs of a runbook that are kept, the last first, with who or what started each.",
		Example: `  slipway runbook runs storefront nightly-backup --limit 5
  slipway runbook runs storefront nightly-backup --all -o json`,
		Args: cobra.ExactArgs(2),
	}
	f, s := addFormatFlag(command.Flags()), addSelectionFlags(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return listRuns(cmd.Context(), c, out, *f, args[0], args[1], *s)
	}
	return command
}

// listRuns prints the runs of s.
func listRuns(ctx context.Context, c runLister, out io.Writer, f format, project, runbook string, s selection) error {
	runs, cursor, err := collect(ctx, s, func(ctx context.Context, p client.Page) ([]api.Run, string, error) {
		list, err := c.Runs(ctx, project, runbook, p)
		return list.Runs, list.Cursor, err
	})
	if err != nil {
		return err
	}
	return show(out, f, api.RunList{Runs: runs, Cursor: cursor}, func(list api.RunList) string {
		return runTable(list.Runs) + more("slipway runbook runs "+project+" "+runbook, list.Cursor)
	})
}
