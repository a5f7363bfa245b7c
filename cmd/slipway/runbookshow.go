package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

func newRunbookShowCommand(connect connector, out io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "show PROJECT RUNBOOK | RUN",
		Short: "Show a runbook, or one run with its steps",
		Long: `Show a runbook with its prompts and rules or, given the id of a run, that run with what
made it and its steps with their outputs.`,
		Example: `  slipway runbook show storefront restart-api
  slipway runbook show storefront_restart-api_3`,
		Args: cobra.RangeArgs(1, 2),
	}
	f := addFormatFlag(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		if len(args) == 1 {
			return showRun(cmd.Context(), c, out, *f, args[0])
		}
		return showRunbook(cmd.Context(), c, out, *f, args[0], args[1])
	}
	return command
}

// showRunbook prints one runbook.
func showRunbook(ctx context.Context, c runbookReader, out io.Writer, f format, project, name string) error {
	b, err := findRunbook(ctx, c, project, name)
	if err != nil {
		return err
	}
	return show(out, f, b, runbookText)
}

// findRunbook returns a runbook, or [pipeline.ErrNotFound] with the names that there are.
func findRunbook(ctx context.Context, c runbookReader, project, name string) (api.Runbook, error) {
	list, err := c.Runbooks(ctx, project)
	if err != nil {
		return api.Runbook{}, err
	}
	i := slices.IndexFunc(list.Runbooks, func(b api.Runbook) bool { return b.Name == name })
	if i < 0 {
		names := []string{}
		for _, b := range list.Runbooks {
			names = append(names, b.Name)
		}
		return api.Runbook{}, fmt.Errorf("the project file of %s has no runbook %q; it has %q: %w", project, name, names, pipeline.ErrNotFound)
	}
	return list.Runbooks[i], nil
}

// runbookText returns a runbook for people.
func runbookText(b api.Runbook) string {
	var text strings.Builder
	text.WriteString(b.Name + "\n")
	if b.Description != "" {
		text.WriteString(printable(b.Description) + "\n")
	}
	t := newTable("", "RULE", "VALUE")
	for _, rule := range [][2]string{
		{"environments", strings.Join(b.Environments, ", ")},
		{"triggers", strings.Join(triggers(b), "; ")},
		{"state", stateText(b)},
		{"concurrency", b.Concurrency},
		{"publish", b.Publish},
		{"version", version(b)},
		{"project file", b.Published},
		{"active", active(b)},
		{"runs", fmt.Sprint(b.Runs)},
	} {
		t.row("", rule[0], rule[1])
	}
	text.WriteString("\n" + t.String())
	if len(b.Prompts) > 0 {
		text.WriteString("\n" + promptTable(b.Prompts))
	}
	return text.String()
}

// stateText returns the [state] of b and, of one that is paused, by whom and why.
func stateText(b api.Runbook) string {
	text := state(b)
	if b.Paused != nil {
		text += " by " + b.Paused.By + " on " + moment(b.Paused.At)
		if b.Paused.Note != "" {
			text += ": " + b.Paused.Note
		}
	}
	return text
}

func promptTable(prompts []api.Prompt) string {
	t := newTable("", "PROMPT", "LABEL", "REQUIRED", "DEFAULT", "OPTIONS")
	for _, p := range prompts {
		required := "no"
		if p.Required {
			required = "yes"
		}
		t.row("", p.Name, p.Label, required, p.Default, strings.Join(p.Options, ", "))
	}
	return t.String()
}
