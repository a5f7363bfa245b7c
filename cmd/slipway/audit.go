package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/cmd/slipway/timeline"
	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// An auditReader reads audit logs.
type auditReader interface {
	Audit(ctx context.Context, project string, p client.Page) (api.AuditList, error)
}

func newAuditCommand(connect connector, out, errOut io.Writer) *cobra.Command {
	command := &cobra.Command{
		Use:   "audit PROJECT",
		Short: "List everything that happened to a project",
		Long: `List the audit log of a project, oldest first: what happened, when, and who caused it.
Each record has the hash of the one before it. The command verifies that, and says on
the standard error output how far it holds; it fails with the first record that doesn't fit.`,
		Example: `  slipway audit storefront --all
  slipway audit storefront --limit 100 --cursor 300 -o json`,
		Args: cobra.ExactArgs(1),
	}
	f, s := addFormatFlag(command.Flags()), addSelectionFlags(command.Flags())
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		return audit(cmd.Context(), c, out, errOut, *f, args[0], *s)
	}
	return command
}

// audit prints the records of s to out and to errOut whether they fit each other.
func audit(ctx context.Context, c auditReader, out, errOut io.Writer, f format, project string, s selection) error {
	records, cursor, err := collect(ctx, s, func(ctx context.Context, p client.Page) ([]pipeline.AuditEntry, string, error) {
		list, err := c.Audit(ctx, project, p)
		return list.Records, list.Cursor, err
	})
	if err != nil {
		return err
	}
	err = show(out, f, api.AuditList{Records: records, Cursor: cursor}, func(list api.AuditList) string {
		return auditTable(project, list.Records) + more("slipway audit "+project, list.Cursor)
	})
	if err != nil || len(records) == 0 {
		return err
	}
	if err := verify(pipeline.ProjectChain(project), s.Cursor, records); err != nil {
		return err
	}
	first, last := records[0].Sequence, records[len(records)-1].Sequence
	_, err = fmt.Fprintf(errOut, "records %d to %d are intact, and each follows the one before it\n", first, last)
	return err
}

// verify returns an error that names the first of records, of chain and after the record
// with the sequence number cursor, that is not intact or does not follow the one before
// it. The first after a cursor is believed about the record before it, which isn't there.
func verify(chain pipeline.Chain, cursor string, records []pipeline.AuditEntry) error {
	var previous events.Record
	if cursor != "" {
		after, err := strconv.Atoi(cursor)
		if err != nil {
			return fmt.Errorf("cursor %q: want a record's number: %w", cursor, pipeline.ErrInvalid)
		}
		previous.Sequence, previous.Hash = after, records[0].Previous
	}
	for _, r := range records {
		if r.Chain != string(chain) {
			return fmt.Errorf("audit record %s/%d is not of %s", r.Chain, r.Sequence, chain)
		}
		if err := r.Verify(previous); err != nil {
			return errors.New(pipeline.Message(err)) // a failure, and no wrong use of the command
		}
		previous = r.Record
	}
	return nil
}

// auditTable returns the records of a project for people, in the words of local mode's
// timeline, which begin with the project where they can be about several.
func auditTable(project string, records []pipeline.AuditEntry) string {
	t := newTable("", "RECORD", "TIME", "BY", "TYPE", "EVENT")
	for _, r := range records {
		told := strings.TrimLeft(strings.TrimPrefix(timeline.Line(r.Type, r.Detail), project+" "), " ")
		t.row("", strconv.Itoa(r.Sequence), short(r.At), r.By, r.Type, told)
	}
	return t.String()
}
