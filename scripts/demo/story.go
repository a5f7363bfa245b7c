package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"slipway/cmd/slipway/client"
	"slipway/cmd/slipway/timeline"
	"slipway/events"
	"slipway/shared/pipeline"
)

// tell prints the project's audit log from the record that asks for a run to the end,
// after each record of the log has been verified to follow the one before it.
func (s stage) tell(ctx context.Context, run string) error {
	records, err := s.audit(ctx)
	if err != nil {
		return fmt.Errorf("read the audit log of %s: %w", project, err)
	}
	var previous events.Record
	began := false
	for _, r := range records {
		if err := r.Verify(previous); err != nil {
			return err
		}
		previous = r.Record
		if began = began || asksFor(r, run); began {
			fmt.Fprintf(s.out, "%4d  %s  %-22s  %s\n", r.Sequence, r.At.Local().Format(time.TimeOnly), r.By, timeline.Line(r.Type, r.Detail))
		}
	}
	return nil
}

// audit returns the whole audit log of the project.
func (s stage) audit(ctx context.Context) (all []pipeline.AuditEntry, err error) {
	for page := (client.Page{Limit: 100}); ; {
		list, err := s.operator.Audit(ctx, project, page)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Records...)
		if page.Cursor = list.Cursor; page.Cursor == "" {
			return all, nil
		}
	}
}

// asksFor tells whether r is the record with which a run begins.
func asksFor(r pipeline.AuditEntry, run string) bool {
	var e events.RunbookRequested
	return r.Type == e.Type() && json.Unmarshal(r.Detail, &e) == nil && e.Run.Run == run
}
