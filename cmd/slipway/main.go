// Command slipway is Slipway's command line: what a CI job, a release manager and an
// operator ask of a stack, and the stack itself on one machine.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run executes the command that args are and returns the exit code. The first
// interrupt ends the command in order, the second at once.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRootCommand(out, errOut)
	root.SetArgs(args)
	begun := false // cobra has found the arguments and flags to be right
	root.PersistentPreRun = func(*cobra.Command, []string) { begun = true }
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(errOut, err)
	if !begun {
		fmt.Fprintf(errOut, "usage: %s\n", command.UseLine())
		return exitWrongUse
	}
	return exitCode(err)
}

// newRootCommand returns the command that holds all others.
func newRootCommand(out, errOut io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "slipway",
		Short: "Release manager on AWS without a server",
		Long: `Slipway takes releases from environment to environment: CI pushes packages, the
project's lifecycle says where they go and who approves.

A command calls the API of a stack on AWS, which it finds by the stack's name, with
the credentials and the Region that the aws command would use. With --api, or the
variable SLIPWAY_API, it calls local mode instead, in the name that AWS_ACCESS_KEY_ID
holds.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by a gate or for want of a right.`,
		Example: `  slipway apply slipway.yaml
  slipway push web 1.4.0 web.zip
  slipway promote storefront 1.4.0 production
  slipway approve storefront_12_production_1
  slipway runbook run storefront nightly-backup production`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(out)
	root.SetErr(errOut)
	root.CompletionOptions.HiddenDefaultCmd = true
	connect := addConnectionFlags(root.PersistentFlags())
	for _, group := range commands(connect, out, errOut) {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title + ":"})
		for _, command := range group.commands {
			command.GroupID = group.title
			root.AddCommand(command)
		}
	}
	root.SetHelpCommandGroupID(onThisMachine)
	return root
}

// onThisMachine is the title of the commands that call no API.
const onThisMachine = "On this machine"

// A group is commands that stand together in the help.
type group struct {
	title    string
	commands []*cobra.Command
}

// commands lists every command.
func commands(connect connector, out, errOut io.Writer) []group {
	return []group{
		{"Projects and packages", []*cobra.Command{
			newApplyCommand(connect, out),
			newPushCommand(connect, out),
			newReleaseCommand(connect, out),
			newAuditCommand(connect, out, errOut),
		}},
		{"Deployments and runbooks", []*cobra.Command{
			newStatusCommand(connect, out),
			newPlanCommand(connect, out),
			newPromoteCommand(connect, out),
			newApproveCommand(connect, out),
			newRejectCommand(connect, out),
			newCancelCommand(connect, out),
			newRollbackCommand(connect, out),
			newDeploymentsCommand(connect, out),
			newRunbookCommand(connect, out),
			newLogsCommand(connect, out),
		}},
		{onThisMachine, []*cobra.Command{
			newValidateCommand(out),
			newLocalCommand(out, errOut),
			newVersionCommand(out),
		}},
	}
}
