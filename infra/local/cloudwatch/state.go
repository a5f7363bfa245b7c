package cloudwatch

import (
	"encoding/json"
	"errors"
	"fmt"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type setAlarmStateInput struct {
	AlarmName       string
	StateValue      string
	StateReason     string
	StateReasonData string
}

func (in setAlarmStateInput) validate() error {
	if err := checkName(in.AlarmName); err != nil {
		return err
	}
	if err := check(
		oneOf("stateValue", in.StateValue, OK, Alarm, InsufficientData),
		constraint{length(in.StateReason) <= maxReason, "stateReason", in.StateReason, fmt.Sprintf("have length less than or equal to %d", maxReason)},
		constraint{length(in.StateReasonData) <= maxReasonData, "stateReasonData", in.StateReasonData, fmt.Sprintf("have length less than or equal to %d", maxReasonData)},
	); err != nil {
		return err
	}
	if in.StateReasonData != "" && !json.Valid([]byte(in.StateReasonData)) {
		refusal := awsjson.Errorf("InvalidFormatFault", "StateReasonData was not valid JSON")
		refusal.QueryCode = "InvalidFormat"
		return refusal
	}
	return nil
}

// setAlarmState changes the state of an alarm. The state that it has already gets the
// new reason, and nothing is told of that: actions are invoked "when the updated state
// differs from the previous value", per the SetAlarmState reference.
func (e *Engine) setAlarmState(in setAlarmStateInput) (any, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	return record{}, e.Store.Update(func(tx store.Tx) error {
		a, err := existing(tx, in.AlarmName)
		if err != nil {
			return err
		}
		before := a.State
		a.State = state{in.StateValue, in.StateReason, in.StateReasonData, before.Since}
		if in.StateValue == before.Value {
			return a.write(tx)
		}
		a.State.Since = e.Clock.Now()
		if err := a.write(tx); err != nil {
			return err
		}
		return e.tell(tx, a, before)
	})
}

// tell notes a change of state, makes it an event and publishes it.
func (e *Engine) tell(tx store.Tx, a *alarm, before state) error {
	summary := fmt.Sprintf("Alarm updated from %s to %s", before.Value, a.State.Value)
	if err := e.note(tx, a.AlarmName, stateUpdate, summary, map[string]any{"version": "1.0", "oldState": before.data(), "newState": a.State.data()}); err != nil {
		return err
	}
	if e.Changed != nil {
		e.Changed(tx, e.stateChange(a, before))
	}
	for _, topic := range a.actions(a.State.Value) {
		if err := e.act(tx, a, before, topic); err != nil {
			return err
		}
	}
	return nil
}

// data returns what the history tells of a state.
func (s state) data() map[string]any {
	data := map[string]any{"stateValue": s.Value, "stateReason": s.Reason}
	if s.Data != "" {
		data["stateReasonData"] = json.RawMessage(s.Data)
	}
	return data
}

// act publishes a change of state to a topic and notes whether that went well.
func (e *Engine) act(tx store.Tx, a *alarm, before state, topic string) error {
	message, err := e.message(a, before)
	if err != nil {
		return err
	}
	summary := "Successfully executed action " + topic
	data := map[string]any{"actionState": "Succeeded", "notificationResource": topic, "stateUpdateTimestamp": a.State.Since.UnixMilli()}
	err = e.Publish(tx, topic, e.subject(a), message)
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
		summary, data["actionState"], data["error"] = "Failed to execute action "+topic, "Failed", refusal.Message
	} else if err != nil {
		return fmt.Errorf("publish alarm %s to %s: %w", a.AlarmName, topic, err)
	}
	return e.note(tx, a.AlarmName, action, summary, data)
}
