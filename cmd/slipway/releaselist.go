package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A releaseLister lists releases.
type releaseLister interface {
	Releases(ctx context.Context, project string, p client.Page) (api.ReleaseList, error)
}

func newReleaseListCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "list PROJECT",
		Short: "List a project's releases",
		Long:  "List a project's releases, newest first.",
		Example: `  slipway release list storefront
  slipway release list storefront --all -o json`,
		Args: cobra.ExactArgs(1),
	}
	f, s := addFormatFlag(command.Flags()), addSelectionFlags(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return listReleases(cmd.Context(), c, out, *f, args[0], *s)
	}
	return command
}

// listReleases prints the releases of s.
func listReleases(ctx context.Context, c releaseLister, out io.Writer, f format, project string, s selection) error {
	releases, cursor, err := collect(ctx, s, func(ctx context.Context, p client.Page) ([]pipeline.Release, string, error) {
		list, err := c.Releases(ctx, project, p)
		return list.Releases, list.Cursor, err
	})
	if err != nil {
		return err
	}
	return show(out, f, api.ReleaseList{Releases: releases, Cursor: cursor}, func(list api.ReleaseList) string {
		return releaseTable(list.Releases) + more("slipway release list "+project, list.Cursor)
	})
}

func releaseTable(releases []pipeline.Release) string {
	t := newTable("", "VERSION", "CHANNEL", "CREATED", "PACKAGES")
	for _, r := range releases {
		var packages []string
		for _, p := range r.Packages {
			packages = append(packages, p.Name+" "+p.Version.String())
		}
		t.row("", r.Version.String(), r.Channel, short(r.CreatedAt), strings.Join(packages, ", "))
	}
	return t.String()
}
