package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
	"slipway/shared/project"
	"slipway/shared/project/document"
)

// An applier puts project files into force.
type applier interface {
	Apply(ctx context.Context, project string, source []byte) (api.Applied, error)
}

func newApplyCommand(connect connector, out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "apply FILE",
		Short: "Put a project file into force",
		Long: `Put a project file into force. Releases that are created from then on take it; those
there are keep theirs. A file with mistakes is refused whole, with all of them, and
the project stays as it was.`,
		Example: `  slipway apply slipway.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd.Context())
			if err != nil {
				return err
			}
			return apply(cmd.Context(), c, out, args[0])
		},
	}
}

// apply puts file into force and prints its project and digest.
func apply(ctx context.Context, c applier, out io.Writer, file string) error {
	source, err := readProjectFile(file)
	if err != nil {
		return err
	}
	name, err := projectOf(source)
	if err != nil {
		return inFile(file, err)
	}
	applied, err := c.Apply(ctx, name, source)
	if err != nil {
		return inFile(file, err)
	}
	_, err = fmt.Fprintf(out, "%s applied (%s)\n", applied.Project, applied.Document)
	return err
}

// readProjectFile reads file, but no more of it than tells that it is too long.
func readProjectFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, project.MaxSource+1))
	if err != nil {
		return nil, fmt.Errorf("read project file: %w", err)
	}
	return source, nil
}

// projectOf returns the project that a project file is of. The rest of the file is
// the API's to judge, which may know more than this command does.
func projectOf(source []byte) (string, error) {
	root, problems := document.Parse(source, project.MaxSource)
	if err := problems.Err(); err != nil {
		return "", err
	}
	name, _ := root.Get("project").String()
	if pipeline.CheckName("project", name) != nil {
		_, err := project.Parse(source) // which tells the place
		return "", err
	}
	return name, nil
}

// inFile returns err with the name of file before each problem of it that err tells.
func inFile(file string, err error) error {
	var problems project.Problems
	if refusal := (*client.Error)(nil); errors.As(err, &refusal) {
		problems = refusal.Problems
	}
	if len(problems) > 0 || errors.As(err, &problems) {
		return fileError{file, problems}
	}
	return err
}
