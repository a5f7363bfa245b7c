package cloudwatch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// An alarm is what the store holds of an alarm.
type alarm struct {
	Spec
	MetricID   string    // what its events call the metric
	Configured time.Time // when its Spec changed last
	State      state
}

// A state is one that an alarm has or had.
type state struct {
	Value  string
	Reason string
	Data   string    // of the reason: JSON, or empty
	Since  time.Time // when the alarm took this value
}

// Create makes the alarm of a stack, or changes the one of that name to spec. As
// CloudFormation, it acts on a spec only when it differs from the one that it got last
// under that name, so that a restart undoes no change made through the API.
func (e *Engine) Create(spec Spec) error {
	err := spec.validate()
	if err == nil {
		err = e.Store.Update(func(tx store.Tx) error { return e.declare(tx, spec) })
	}
	if err != nil {
		return fmt.Errorf("alarm %s: %w", spec.AlarmName, err)
	}
	return nil
}

func (e *Engine) declare(tx store.Tx, spec Spec) error {
	declared, err := json.Marshal(spec)
	if err != nil || bytes.Equal(tx.Get(declaredTable, []byte(spec.AlarmName)), declared) {
		return err
	}
	tx.Put(declaredTable, []byte(spec.AlarmName), declared)
	return e.put(tx, spec)
}

// put makes the alarm of a valid spec, or gives an alarm of that name the spec and
// leaves its state alone, per the PutMetricAlarm reference.
func (e *Engine) put(tx store.Tx, spec Spec) error {
	a, err := find(tx, spec.AlarmName)
	if err != nil {
		return err
	}
	now, verb := e.Clock.Now(), "updated"
	if a == nil {
		verb = "created"
		a = &alarm{MetricID: e.NewID(), State: state{Value: InsufficientData, Reason: "Unchecked: Initial alarm creation", Since: now}}
	}
	a.Spec, a.Configured = spec, now
	if err := a.write(tx); err != nil {
		return err
	}
	return e.note(tx, a.AlarmName, configurationUpdate, fmt.Sprintf("Alarm %q %s", a.AlarmName, verb), map[string]any{"version": "1.0", "type": titled(verb)})
}

// titled returns what the data of the history calls a change of the configuration.
func titled(verb string) string {
	switch verb {
	case "created":
		return "Create"
	case "deleted":
		return "Delete"
	}
	return "Update"
}

// write stores a.
func (a *alarm) write(tx store.Tx) error {
	return store.PutJSON(tx, alarmsTable, []byte(a.AlarmName), a)
}

// find returns the alarm called name, or nil.
func find(tx store.Tx, name string) (*alarm, error) {
	return store.GetJSON[alarm](tx, alarmsTable, []byte(name))
}

// existing returns the alarm called name, or says that there is none.
func existing(tx store.Tx, name string) (*alarm, error) {
	a, err := find(tx, name)
	if err == nil && a == nil {
		err = &awsjson.Error{Code: "ResourceNotFound", Status: http.StatusNotFound, Message: "Unknown alarm " + name}
	}
	return a, err
}
