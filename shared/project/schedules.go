package project

import (
	"slipway/shared/pipeline"
	"slipway/shared/project/document"
	"slipway/shared/schedule"
)

// defaultTimezone is that of schedules that name none, as with EventBridge Scheduler.
const defaultTimezone = "UTC"

// schedule reads when the runbook n runs by itself; nil when it doesn't say.
func (r *reader) schedule(n *document.Node) *pipeline.RunbookSchedule {
	written, zone := n.Get("schedule"), n.Get("timezone")
	s := pipeline.RunbookSchedule{Timezone: defaultTimezone}
	if text, ok := zone.String(); ok {
		s.Timezone = text
	}
	if written == nil {
		if zone != nil {
			r.problems.Add(zone.Place, "add a schedule, or remove the time zone", `a runbook without "schedule" needs no "timezone"`)
		}
		return nil
	}
	var ok bool
	if s.Expression, ok = written.String(); !ok {
		return nil // the schema tells
	}
	if _, err := schedule.Parse("rate(1 day)", s.Timezone); err != nil {
		r.problems.AddRule(zone.Position, "", err)
		return nil
	}
	if _, err := schedule.Parse(s.Expression, s.Timezone); err != nil {
		r.problems.AddRule(written.Position, "", err)
	}
	return &s
}
