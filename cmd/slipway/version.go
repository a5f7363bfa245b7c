package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCommand(out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this command",
		Long:    "Print the version of this command, the commit that it was built of, if that is known, and the Go that built it.",
		Example: "  slipway version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			build, ok := debug.ReadBuildInfo()
			if !ok {
				return errors.New("this command was built without build information: build it with Go modules")
			}
			return printVersion(out, build)
		},
	}
}

func printVersion(out io.Writer, build *debug.BuildInfo) error {
	settings := map[string]string{}
	for _, s := range build.Settings {
		settings[s.Key] = s.Value
	}
	commit := ""
	if revision := settings["vcs.revision"]; revision != "" {
		commit = " " + revision
	}
	if settings["vcs.modified"] == "true" {
		commit += " (modified)"
	}
	_, err := fmt.Fprintf(out, "slipway %s%s %s\n", build.Main.Version, commit, build.GoVersion)
	return err
}
