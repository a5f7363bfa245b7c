package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/timeline"
	"slipway/infra/local/host"
)

// newLocalCommand returns the command that runs the whole stack on this machine.
func newLocalCommand(out, errOut io.Writer) *cobra.Command {
	var c host.Config
	command := &cobra.Command{
		Use:   "local",
		Short: "Run the whole stack on this machine",
		Long: `Run the whole stack on this machine, in this process, from the same template that
deploys it to AWS. The AWS endpoint serves the aws command (path-style S3); the access
key id that signs a request is its caller's name. The data folder keeps all state
over a restart, and holds outputs.json, which names the stack's resources.`,
		Example: `  slipway local --data ./state
  aws --endpoint-url http://127.0.0.1:4566 s3 cp site.zip s3://slipway-packagesbucket/packages/web/1.0.0/site.zip`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.Path = os.Getenv("PATH")
			return runLocal(cmd.Context(), c, out, errOut)
		},
	}
	flags := command.Flags()
	flags.StringVar(&c.Data, "data", ".slipway", "`folder` that keeps the state")
	flags.BoolVar(&c.Memory, "memory", false, "keep the state in memory; the folder gets outputs.json only")
	flags.StringVar(&c.Listen, "listen", "127.0.0.1:4566", "`address` of the AWS endpoint")
	flags.StringVar(&c.Web, "web", "127.0.0.1:8080", "`address` of the API")
	return command
}

// closeTime is how long requests that have begun may take once the command is stopped.
const closeTime = 5 * time.Second

// runLocal runs a stack until ctx ends.
func runLocal(ctx context.Context, c host.Config, out, errOut io.Writer) error {
	told := timeline.New(out)
	c.Observe, c.Mail = told.Observe, told.Mail
	c.Report = func(err error) { fmt.Fprintln(errOut, "slipway local:", err) }
	h, err := host.Start(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "slipway local: ready\n  AWS endpoint  %s\n  API           %s\n", h.Endpoint, h.Web)
	<-ctx.Done()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return h.Close(closing)
}
