package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
)

// A deploymentLister lists deployments.
type deploymentLister interface {
	Deployments(ctx context.Context, project string, p client.Page) (api.DeploymentList, error)
}

func newDeploymentsCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "deployments PROJECT",
		Short: "List a project's deployments",
		Long:  "List a project's deployments, those requested last first.",
		Example: `  slipway deployments storefront --limit 5
  slipway deployments storefront --all -o json`,
		Args: cobra.ExactArgs(1),
	}
	f, s := addFormatFlag(command.Flags()), addSelectionFlags(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return listDeployments(cmd.Context(), c, out, *f, args[0], *s)
	}
	return command
}

// listDeployments prints the deployments of s.
func listDeployments(ctx context.Context, c deploymentLister, out io.Writer, f format, project string, s selection) error {
	deployments, cursor, err := collect(ctx, s, func(ctx context.Context, p client.Page) ([]api.Deployment, string, error) {
		list, err := c.Deployments(ctx, project, p)
		return list.Deployments, list.Cursor, err
	})
	if err != nil {
		return err
	}
	return show(out, f, api.DeploymentList{Deployments: deployments, Cursor: cursor}, func(list api.DeploymentList) string {
		return deploymentTable("", list.Deployments) + more("slipway deployments "+project, list.Cursor)
	})
}

func deploymentTable(indent string, deployments []api.Deployment) string {
	t := newTable(indent, "DEPLOYMENT", "RELEASE", "ENVIRONMENT", "STATUS", "REQUESTED BY", "REQUESTED", "FINISHED", "REASON")
	for _, d := range deployments {
		t.row(indent, d.ID, d.Release, d.Environment, d.Status, d.RequestedBy, moment(d.RequestedAt), moment(d.FinishedAt), d.Reason)
	}
	return t.String()
}
