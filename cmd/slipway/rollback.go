package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/functions/api"
)

// A rollbacker takes deployments back.
type rollbacker interface {
	Rollback(ctx context.Context, project, environment string) (api.Deployment, error)
}

func newRollbackCommand(connect connector, out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "rollback PROJECT ENVIRONMENT",
		Short: "Go back to the release that was there before",
		Long: `Ask for a deployment of the release that succeeded in the environment before the
present one, with the process and the variables of its snapshot, and print the
deployment's id. The same gates stand before it, but for soak; where approval is due
the deployment waits for it. Doing it again goes back one release further.`,
		Example: "  slipway rollback storefront production",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd.Context())
			if err != nil {
				return err
			}
			return rollback(cmd.Context(), c, out, args[0], args[1])
		},
	}
}

// rollback asks for the deployment and tells what it is.
func rollback(ctx context.Context, c rollbacker, out io.Writer, project, environment string) error {
	d, err := c.Rollback(ctx, project, environment)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s %s: %s, in place of %s\n", d.ID, d.Status, d.Release, d.Rollback)
	return err
}
