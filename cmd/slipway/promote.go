package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A promoter asks for deployments.
type promoter interface {
	Promote(ctx context.Context, project string, request api.PromoteRequest) (api.Deployment, error)
}

func newPromoteCommand(connect connector, out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "promote PROJECT VERSION ENVIRONMENT",
		Short: "Ask for a deployment of a release",
		Long: `Ask for a deployment of a release to an environment, and print the deployment's id.
It is refused while the release may not enter the environment; where approval is due
the deployment waits for it.`,
		Example: "  slipway promote storefront 1.4.0 production",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd.Context())
			if err != nil {
				return err
			}
			return promote(cmd.Context(), c, out, args[0], args[1], args[2])
		},
	}
}

// promote asks for a deployment and prints its id.
func promote(ctx context.Context, c promoter, out io.Writer, project, version, environment string) error {
	v, err := pipeline.ParseVersion(version)
	if err != nil {
		return err
	}
	d, err := c.Promote(ctx, project, api.PromoteRequest{Release: v, Environment: environment})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s %s\n", d.ID, d.Status)
	return err
}
