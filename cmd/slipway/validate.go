package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"slipway/shared/platform"
	"slipway/shared/project"
)

func newValidateCommand(out io.Writer) *cobra.Command {
	var platformFile string
	command := &cobra.Command{
		Use:   "validate FILE",
		Short: "Check a project file",
		Long: `Check a project file without calling the API, and tell everything that is wrong with
it. With the platform file, the environments and the people that it names are checked
too.`,
		Example: `  slipway validate slipway.yaml
  slipway validate slipway.yaml --platform infra/platform.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return validate(out, args[0], platformFile)
		},
	}
	command.Flags().StringVar(&platformFile, "platform", "", "check against this platform `file`")
	return command
}

// validate checks file, against platformFile unless that is "".
func validate(out io.Writer, file, platformFile string) error {
	source, err := readProjectFile(file)
	if err != nil {
		return err
	}
	d, err := project.Parse(source)
	if err != nil {
		return inFile(file, err)
	}
	if platformFile != "" {
		if err := checkAgainst(platformFile, file, d); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%s is valid (%s)\n", d.Project.Name, d.Digest)
	return err
}

// checkAgainst checks that the platform has what d, the content of file, names.
func checkAgainst(platformFile, file string, d project.Document) error {
	source, err := os.ReadFile(platformFile)
	if err != nil {
		return err
	}
	p, err := platform.Parse(source)
	if err != nil {
		return inFile(platformFile, err)
	}
	return inFile(file, d.Check(p))
}
