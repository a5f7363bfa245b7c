package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newReleaseCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "release",
		Short: "Look at releases",
		Long: `Look at releases: a release is a version of a project, with the digests of its
packages and the project file as they were when it was created.`,
		Example: `  slipway release list storefront
  slipway release show storefront 1.4.0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(newReleaseListCommand(connect, out), newReleaseShowCommand(connect, out))
	return command
}
