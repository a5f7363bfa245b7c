package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway/events"
)

//go:embed schemas/alarm.json
var alarmSchema string

// alarm holds that alarms of CloudWatch are not in the state ALARM, at one moment or
// for a while. An attempt watches its alarms by name, as one alarm may be of concern to
// several attempts; a timer tells when the while is over.
type alarm struct{}

// Name implements [Kind].
func (alarm) Name() string { return "alarm" }

// Schema implements [Kind].
func (alarm) Schema() []byte { return []byte(alarmSchema) }

// References implements [Kind].
func (alarm) References(with json.RawMessage) (References, error) {
	p, problem := parseAlarm(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: p.Alarms.templates("alarms")}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Timeout implements [Timed].
func (alarm) Timeout(with json.RawMessage) (time.Duration, bool) {
	p, problem := parseAlarm(with)
	if problem != nil || p.For == 0 {
		return 0, false
	}
	return time.Duration(p.For) + waitMargin, true
}

// Services implements [Privileged].
func (alarm) Services() []string { return []string{"monitoring"} }

// Permissions implements [Privileged].
func (alarm) Permissions() []Permission {
	return []Permission{{
		Actions: []string{"cloudwatch:DescribeAlarms"}, Resources: []string{"*"},
		Why: "composite alarms are described only to those who may describe all alarms, per the DescribeAlarms reference",
	}}
}

// Start implements [Kind]. Without "for", the alarms are looked at in-line.
func (alarm) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseAlarm(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	if p.For == 0 {
		if err := p.look(ctx, d, w); err != nil {
			return Outcome{}, err
		}
		return p.passed(w), nil
	}
	length := time.Duration(p.For)
	if problem := checkWait(w, length); problem != nil {
		return Outcome{}, problem.failure()
	}
	now := d.Now().UTC()
	if _, err := notesOf(d, w).begin(ctx, waitNote{StartedAt: now, Until: now.Add(length)}); err != nil {
		return Outcome{}, err
	}
	return Outcome{Work: attemptName(w), Watch: p.Alarms}, nil
}

// passed is the outcome of alarms that have stayed out of ALARM.
func (p alarmParameters) passed(w Work) Outcome {
	outputs := foundOutputs{values: map[string]string{}, log: w.Log}
	outputs.add("alarms", strings.Join(p.Alarms, " "))
	return Outcome{Done: true, Outputs: outputs.values}
}

// alarmChanged is the detail-type by which CloudWatch tells that an alarm has another state.
const alarmChanged = "CloudWatch Alarm State Change"

// Works implements [Remote]: the name of the alarm, which attempts watch. An alarm of
// that name in another account leads to a check too, which finds its own alarm as it was.
func (alarm) Works(e events.Raw) []string {
	if e.Source != "aws.cloudwatch" || e.DetailType != alarmChanged {
		return nil
	}
	var change struct {
		AlarmName string `json:"alarmName"`
	}
	if err := json.Unmarshal(e.Detail, &change); err != nil || change.AlarmName == "" {
		return nil // not of the form that CloudWatch documents, and so of no alarm
	}
	return []string{change.AlarmName}
}

// Check implements [Remote].
func (alarm) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	p, problem := parseAlarm(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	note, err := notesOf(d, w).read(ctx)
	switch {
	case err != nil:
		return Outcome{}, err
	case note.CancelledAt != nil:
		return Outcome{}, note.cancelled()
	}
	if err := p.look(ctx, d, w); err != nil {
		return conclude(ctx, d, w, "alarm", name, Outcome{}, err)
	}
	if !d.Now().Before(note.Until) {
		return p.passed(w), nil
	}
	fmt.Fprintf(w.Log, "watching until %s\n", note.Until.Format(time.RFC3339))
	if err := d.Timers.Set(ctx, "alarm", name, note.Until); err != nil {
		return Outcome{}, fmt.Errorf("set timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return Outcome{}, nil
}

// Cancel implements [Remote].
func (alarm) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	return cancelWait(ctx, d, w, "alarm", name)
}
