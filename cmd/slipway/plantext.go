package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/functions/api"
	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/step"
)

// planText returns a plan for people.
func planText(r api.PlanReport) string {
	p := r.Plan
	head := fmt.Sprintf("%s: %s %s (channel %s) to %s\nplan %s\n", p.Deployment, p.Deployment.Project, p.Release, p.Channel, target(p.Environment), r.Hash)
	return head + "\nPackages\n" + packageTable(p.Packages) + "\nVariables\n" + variableTable(p.Variables) +
		"\nSteps\n" + stepText(p.Steps) + "\nGates\n" + gateTable(r.Verdicts)
}

// target returns an environment with what the platform file says of it.
func target(t pipeline.PlannedTarget) string {
	text := t.Name
	for _, part := range []struct{ noun, value string }{{"account", t.Account}, {"Region", t.Region}, {"role", t.Role}, {"endpoint", t.Endpoint}} {
		if part.value != "" {
			text += ", " + part.noun + " " + part.value
		}
	}
	return text
}

func variableTable(variables []pipeline.PlannedVariable) string {
	t := newTable("  ", "VARIABLE", "VALUE", "SCOPE")
	for _, v := range variables {
		t.row("  ", v.Name, v.Value, v.Scope)
	}
	return t.String()
}

// stepText returns each step with its parameters below it, and with what it would change
// if its kind can tell that beforehand.
func stepText(steps []pipeline.PlannedStep) string {
	var text strings.Builder
	previewed := planning.Previewed(pipeline.Plan{Steps: steps})
	for i, s := range steps {
		fmt.Fprintf(&text, "  %d. %s (%s), time-out %s, retries %d\n", i+1, s.Name, s.Kind, s.Timeout(), s.Retry)
		for _, line := range parameters(s.With) {
			fmt.Fprintf(&text, "     %s\n", line)
		}
		for _, line := range changes(s, previewed) {
			fmt.Fprintf(&text, "     %s\n", line)
		}
	}
	return text.String()
}

// changes returns what a step would change, below a heading; nothing of a kind that
// can't tell. Previewed are the steps of the plan that are asked.
func changes(s pipeline.PlannedStep, previewed []pipeline.PlannedStep) []string {
	switch {
	case len(s.Preview) > 0:
		lines := []string{"changes:"}
		for _, line := range s.Preview {
			lines = append(lines, "  "+printable(line))
		}
		return lines
	case slices.ContainsFunc(previewed, func(p pipeline.PlannedStep) bool { return p.Name == s.Name }):
		return []string{"changes: shown once the deployment is requested, before approval is asked for"}
	case step.Previews(s.Kind):
		return []string{"changes: not shown, because an earlier step changes the same"}
	}
	return nil
}

// parameters returns the members of a JSON object, sorted, one a line; text of
// several lines stands below its name.
func parameters(with json.RawMessage) []string {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(with, &members); err != nil {
		return []string{printable(string(with))} // no object: told as it is
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var value string
		if err := json.Unmarshal(members[name], &value); err != nil {
			value = string(members[name]) // no text: told as JSON
		}
		parts := strings.Split(strings.TrimRight(value, "\n"), "\n")
		if len(parts) == 1 {
			lines = append(lines, name+": "+printable(parts[0]))
			continue
		}
		lines = append(lines, name+":")
		for _, part := range parts {
			lines = append(lines, "  "+printable(part))
		}
	}
	return lines
}

func gateTable(verdicts []gate.Verdict) string {
	t := newTable("  ", "GATE", "STATE", "REQUIRES", "REASON")
	for _, v := range verdicts {
		reason := v.Reason
		if !v.Until.IsZero() {
			reason = strings.TrimPrefix(reason+", until "+short(v.Until), ", ")
		}
		t.row("  ", v.Gate, string(v.State), v.Requires, reason)
	}
	return t.String()
}
