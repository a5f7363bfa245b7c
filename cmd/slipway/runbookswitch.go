package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/functions/api"
)

func newRunbookPublishCommand(connect connector, out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "publish PROJECT RUNBOOK",
		Short: "Let triggers and people run the version in force",
		Long: `Publish the version of a runbook that the project file in force has, in your own name:
schedules, events and people run it from now on. It is for runbooks with publish:
on-request, and takes a member of a group under draft-by.`,
		Example: "  slipway runbook publish storefront restart-api",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd.Context())
			if err == nil {
				_, err = c.Publish(cmd.Context(), args[0], args[1])
			}
			return switched(out, args, "published", err)
		},
	}
}

func newRunbookPauseCommand(connect connector, out io.Writer) *cobra.Command {
	var note string
	command := &cobra.Command{
		Use:   "pause PROJECT RUNBOOK",
		Short: "Keep triggers from starting a runbook",
		Long: `Keep schedules and events from starting a runbook until it is resumed. People may still
run it; runs that go on or wait are left alone. Pausing it again changes nothing.`,
		Example: `  slipway runbook pause storefront nightly-backup --note "the vault is moved this week"`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd.Context())
			if err == nil {
				_, err = c.Pause(cmd.Context(), args[0], args[1], api.PauseRequest{Note: note})
			}
			return switched(out, args, "paused", err)
		},
	}
	command.Flags().StringVar(&note, "note", "", "`text` that is kept: why")
	return command
}

func newRunbookResumeCommand(connect connector, out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "resume PROJECT RUNBOOK",
		Short: "Let triggers start a paused runbook again",
		Long: `Let schedules and events start a runbook again that was paused. What they would have
started meanwhile is not made up for.`,
		Example: "  slipway runbook resume storefront nightly-backup",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd.Context())
			if err == nil {
				_, err = c.Resume(cmd.Context(), args[0], args[1])
			}
			return switched(out, args, "resumed", err)
		},
	}
}

// switched tells that the runbook that args name is what done says, unless err is why
// it is not.
func switched(out io.Writer, args []string, done string, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "runbook %s of %s %s\n", args[1], args[0], done)
	return err
}
