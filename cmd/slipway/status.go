package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
)

// A statusReader reads where projects stand.
type statusReader interface {
	Projects(ctx context.Context, p client.Page) (api.ProjectList, error)
	Status(ctx context.Context, project string) (api.Status, error)
}

func newStatusCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "status [PROJECT]",
		Short: "Show which release is where, and what comes next",
		Long: `Show, for a project or for all projects, which release is in each environment, and
what holds the next one back.`,
		Example: `  slipway status
  slipway status storefront -o json`,
		Args: cobra.MaximumNArgs(1),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return statusOfAll(cmd.Context(), c, out, *f)
		}
		return status(cmd.Context(), c, out, *f, args[0])
	}
	return command
}

// status prints where project stands.
func status(ctx context.Context, c statusReader, out io.Writer, f format, project string) error {
	s, err := c.Status(ctx, project)
	if err != nil {
		return err
	}
	return show(out, f, s, func(s api.Status) string { return statusTable([]api.Status{s}) })
}

// statuses is the JSON of where all projects stand.
type statuses struct {
	Projects []api.Status `json:"projects"`
}

// statusOfAll prints where all projects stand.
func statusOfAll(ctx context.Context, c statusReader, out io.Writer, f format) error {
	projects, _, err := collect(ctx, selection{all: true}, func(ctx context.Context, p client.Page) ([]string, string, error) {
		list, err := c.Projects(ctx, p)
		return list.Projects, list.Cursor, err
	})
	if err != nil {
		return err
	}
	all := statuses{Projects: []api.Status{}}
	for _, project := range projects {
		s, err := c.Status(ctx, project)
		if err != nil {
			return err
		}
		all.Projects = append(all.Projects, s)
	}
	return show(out, f, all, func(all statuses) string { return statusTable(all.Projects) })
}

func statusTable(all []api.Status) string {
	t := newTable("", "PROJECT", "ENVIRONMENT", "RELEASE", "STATUS", "FINISHED", "NEXT", "BLOCKED BY")
	for _, s := range all {
		for _, e := range s.Environments {
			release, blockedBy := next(e.Next)
			t.row("", s.Project, e.Environment, e.Release, e.Status, moment(e.FinishedAt), release, blockedBy[0])
			for _, further := range blockedBy[1:] {
				t.row("", " ", " ", " ", " ", " ", " ", further)
			}
		}
	}
	return t.String()
}

// next returns the release that is on its way and what holds it back: at least one
// text, if need be an empty one.
func next(n *api.Next) (release string, blockedBy []string) {
	if n == nil || len(n.BlockedBy) == 0 {
		blockedBy = []string{""}
	}
	if n != nil {
		release, blockedBy = n.Release, append(blockedBy, n.BlockedBy...)
	}
	return release, blockedBy
}
