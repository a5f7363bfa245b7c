package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newRunbookCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "runbook",
		Short: "Run runbooks and look at their runs",
		Long: `Run runbooks and look at their runs: a runbook is a process that is not a release,
started by hand, on a schedule, or by an event. The commands approve, reject, cancel
and logs are those of the same name without runbook.`,
		Example: `  slipway runbook list storefront
  slipway runbook run storefront restart-api production --value REASON="it hangs" --wait`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(
		newRunbookListCommand(connect, out),
		newRunbookShowCommand(connect, out),
		newRunbookRunCommand(connect, out),
		newRunbookRunsCommand(connect, out),
		newRunbookPublishCommand(connect, out),
		newRunbookPauseCommand(connect, out),
		newRunbookResumeCommand(connect, out),
		newApproveCommand(connect, out),
		newRejectCommand(connect, out),
		newCancelCommand(connect, out),
		newLogsCommand(connect, out),
	)
	return command
}
