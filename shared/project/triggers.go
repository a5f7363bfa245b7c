package project

import (
	"bytes"
	"encoding/json"
	"fmt"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// triggers reads the events that start b, a runbook of project.
func (r *reader) triggers(n *document.Node, project string, b pipeline.Runbook) []pipeline.RunbookEvent {
	var all []pipeline.RunbookEvent
	for _, item := range oneOrMore(n) {
		if e, ok := r.trigger(item, project, b); ok {
			all = append(all, e)
		}
	}
	return all
}

// oneOrMore returns the items of a list, or what stands there in place of one.
func oneOrMore(n *document.Node) []*document.Node {
	if n == nil || n.Kind == document.Sequence {
		return n.List()
	}
	return []*document.Node{n}
}

// trigger reads one event that starts b; ok is false when it can't be one.
func (r *reader) trigger(n *document.Node, project string, b pipeline.Runbook) (e pipeline.RunbookEvent, ok bool) {
	alarm, event, bus := n.Get("alarm"), n.Get("event"), n.Get("bus")
	switch {
	case n.Kind != document.Mapping: // the schema tells
	case (alarm == nil) == (event == nil):
		r.problems.Add(n.Place, "write { alarm: NAME } or { event: PATTERN }", "what starts runbook %q here must be either an alarm or an event", b.Name)
	case alarm != nil && bus != nil:
		r.problems.Add(bus.Place, "remove it", "runbook %q: what an alarm tells is always on the default bus", b.Name)
	case alarm != nil:
		return r.alarm(alarm)
	default:
		return r.event(event, bus, project, b)
	}
	return pipeline.RunbookEvent{}, false
}

// alarm reads the name of a CloudWatch alarm.
func (r *reader) alarm(n *document.Node) (e pipeline.RunbookEvent, ok bool) {
	name, ok := n.String()
	text, err := compact(alarmRaised(name))
	if err != nil {
		r.problems.Add(n.Position, "", "the alarm's name can't be written as JSON: %v", err)
	}
	return pipeline.RunbookEvent{Alarm: name, Bus: pipeline.BusDefault, Pattern: text}, ok && err == nil
}

// alarmRaised returns the pattern of the event by which the named alarm tells that it
// has gone into ALARM, per "Alarm events and EventBridge" in the CloudWatch User Guide.
func alarmRaised(name string) map[string]any {
	return map[string]any{
		"source":      []string{"aws.cloudwatch"},
		"detail-type": []string{"CloudWatch Alarm State Change"},
		"detail":      map[string]any{"alarmName": []string{name}, "state": map[string]any{"value": []string{"ALARM"}}},
	}
}

// event reads an event pattern, and the bus on which the events arrive.
func (r *reader) event(n, bus *document.Node, project string, b pipeline.Runbook) (e pipeline.RunbookEvent, ok bool) {
	if len(n.Pairs()) == 0 {
		return e, false // the schema tells
	}
	e.Bus = pipeline.BusSlipway
	if name, written := bus.String(); written {
		e.Bus = pipeline.Bus(name)
	}
	text, err := compact(n.JSON())
	if err == nil {
		e.Pattern, err = text, checkPattern(e.Bus, text, project, b)
	}
	if err != nil {
		r.problems.AddRule(n.Place, "", fmt.Errorf("runbook %q: %w", b.Name, err))
	}
	return e, err == nil
}

// compact returns value as JSON without spaces and with "<" as it is: the length of
// an event pattern counts.
func compact(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}
