package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A runRequester asks for runs.
type runRequester interface {
	runbookReader
	RequestRun(ctx context.Context, project, runbook string, request api.RunRequest) (api.Run, error)
}

func newRunbookRunCommand(connect connector, out io.Writer) *cobra.Command {
	r, values, wait := runbookRun{out: out}, []string{}, false
	command := &cobra.Command{
		Use:   "run PROJECT RUNBOOK ENVIRONMENT",
		Short: "Run a runbook",
		Long: `Run a runbook in an environment, in your own name, and print the run's id. In a terminal
you are asked for the values that it needs and --value doesn't give. The version that is
published runs; with --draft, the one in force, which takes a member of a group under
draft-by. With --wait the command ends with the run: 0 only if it has succeeded.`,
		Example: `  slipway runbook run storefront nightly-backup production
  slipway runbook run storefront restart-api production --value REASON="it hangs" --value MODE=hard --wait`,
		Args: cobra.ExactArgs(3),
	}
	command.Flags().StringArrayVar(&values, "value", nil, "`NAME=VALUE` of a prompt; once for each")
	command.Flags().BoolVar(&r.request.Draft, "draft", false, "run the version in force, even if it is not published")
	command.Flags().BoolVar(&wait, "wait", false, "wait until the run has ended")
	command.RunE = func(cmd *cobra.Command, args []string) error {
		given, err := parseValues(values)
		if err != nil {
			return err
		}
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		r.runRequester, r.project, r.runbook = c, args[0], args[1]
		r.request.Environment, r.request.Values, r.request.Token = args[2], given, rand.Text()
		if in := cmd.InOrStdin(); isTerminal(in) {
			r.form = &form{in: in, out: cmd.ErrOrStderr()}
		}
		id, err := r.run(cmd.Context())
		if err != nil || !wait {
			return err
		}
		return waitFor(cmd.Context(), c, out, id)
	}
	return command
}

// parseValues reads values such as "REASON=it hangs".
func parseValues(texts []string) (map[string]string, error) {
	values := map[string]string{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if _, twice := values[name]; !ok || twice {
			return nil, fmt.Errorf(`--value %q: want NAME=VALUE, each name once: %w`, text, pipeline.ErrInvalid)
		}
		values[name] = value
	}
	return values, nil
}

// A runbookRun is one request for a run.
type runbookRun struct {
	runRequester
	out              io.Writer
	form             *form // nil: nobody can be asked
	project, runbook string
	request          api.RunRequest
}

// run asks for the run and prints its id.
func (r runbookRun) run(ctx context.Context) (pipeline.ExecutionID, error) {
	if r.form != nil {
		b, err := findRunbook(ctx, r, r.project, r.runbook)
		if err == nil {
			err = r.form.fill(ctx, b.Prompts, r.request.Values)
		}
		if err != nil {
			return pipeline.ExecutionID{}, err
		}
	}
	made, err := r.RequestRun(ctx, r.project, r.runbook, r.request)
	if err != nil {
		return pipeline.ExecutionID{}, err
	}
	if _, err := fmt.Fprintf(r.out, "%s %s\n", made.ID, made.Status); err != nil {
		return pipeline.ExecutionID{}, err
	}
	return pipeline.ParseExecutionID(made.ID)
}
