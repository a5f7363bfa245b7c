package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/functions/api"
)

// A runbookReader reads runbooks.
type runbookReader interface {
	Runbooks(ctx context.Context, project string) (api.RunbookList, error)
}

func newRunbookListCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:     "list PROJECT",
		Short:   "List a project's runbooks",
		Long:    "List the runbooks of a project's file in force: where they run, what starts them, and what goes on.",
		Example: "  slipway runbook list storefront",
		Args:    cobra.ExactArgs(1),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return listRunbooks(cmd.Context(), c, out, *f, args[0])
	}
	return command
}

// listRunbooks prints the runbooks of project.
func listRunbooks(ctx context.Context, c runbookReader, out io.Writer, f format, project string) error {
	list, err := c.Runbooks(ctx, project)
	if err != nil {
		return err
	}
	return show(out, f, list, func(list api.RunbookList) string { return runbookTable(list.Runbooks) })
}

func runbookTable(runbooks []api.Runbook) string {
	t := newTable("", "RUNBOOK", "ENVIRONMENTS", "TRIGGERS", "STATE", "VERSION", "ACTIVE", "RUNS")
	for _, b := range runbooks {
		t.row("", b.Name, strings.Join(b.Environments, ", "), strings.Join(triggers(b), "; "), state(b), version(b), active(b), fmt.Sprint(b.Runs))
	}
	return t.String()
}

// triggers returns what starts b besides people.
func triggers(b api.Runbook) []string {
	var all []string
	if b.Schedule != "" {
		all = append(all, b.Schedule+" "+b.Timezone)
	}
	return append(all, b.Events...)
}

// state returns whether triggers start b; "" when it has none.
func state(b api.Runbook) string {
	switch {
	case b.Paused != nil:
		return "paused"
	case len(triggers(b)) > 0:
		return "on"
	}
	return ""
}

// version returns which version of b triggers run.
func version(b api.Runbook) string {
	switch {
	case b.Published == "":
		return "draft, none published"
	case b.Draft:
		return "published, and a draft"
	}
	return "published"
}

// active returns the runs of b that go on.
func active(b api.Runbook) string {
	var all []string
	for _, a := range b.Active {
		text := a.Run + " in " + a.Environment
		if a.Waiting > 0 {
			text += fmt.Sprintf(" (%d more wait)", a.Waiting)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
