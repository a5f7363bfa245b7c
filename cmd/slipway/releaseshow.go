package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A releaseReader reads releases.
type releaseReader interface {
	Release(ctx context.Context, project, version string) (api.ReleaseReport, error)
}

func newReleaseShowCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:     "show PROJECT VERSION",
		Short:   "Show a release with its packages and deployments",
		Long:    "Show a release with the packages that it is pinned to and all its deployments.",
		Example: "  slipway release show storefront 1.4.0",
		Args:    cobra.ExactArgs(2),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return showRelease(cmd.Context(), c, out, *f, args[0], args[1])
	}
	return command
}

// showRelease prints one release.
func showRelease(ctx context.Context, c releaseReader, out io.Writer, f format, project, version string) error {
	release, err := c.Release(ctx, project, version)
	if err != nil {
		return err
	}
	return show(out, f, release, releaseText)
}

func releaseText(r api.ReleaseReport) string {
	head := fmt.Sprintf("%s %s, channel %s, created %s\nproject file %s\n", r.Project, r.Version, r.Channel, short(r.CreatedAt), r.Document)
	return head + "\nPackages\n" + packageTable(r.Packages) + "\nDeployments\n" + deploymentTable("  ", r.Deployments)
}

// packageTable returns the packages of a release, for people.
func packageTable(packages []pipeline.ReleasePackage) string {
	t := newTable("  ", "PACKAGE", "VERSION", "DIGEST", "COMMIT", "AUTHOR")
	for _, p := range packages {
		t.row("  ", p.Name, p.Version.String(), p.Digest, p.Build.Commit, p.Build.Author)
	}
	return t.String()
}
