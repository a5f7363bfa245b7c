package stepfunctions

import (
	"encoding/json"
	"fmt"

	"github.com/recolabs/gnata"
)

// A contextObject is $states.context.
type contextObject struct {
	Execution    executionContext `json:"Execution"`
	StateMachine machineContext   `json:"StateMachine"`
	State        stateContext     `json:"State"`
	Task         *taskContext     `json:"Task,omitempty"`
	Map          *mapContext      `json:"Map,omitempty"`
}

type executionContext struct {
	ID           string          `json:"Id"`
	Input        json.RawMessage `json:"Input"`
	StartTime    string          `json:"StartTime"`
	Name         string          `json:"Name"`
	RoleARN      string          `json:"RoleArn"`
	RedriveCount int             `json:"RedriveCount"`
	RedriveTime  string          `json:"RedriveTime,omitempty"`
}

type machineContext struct {
	ID   string `json:"Id"`
	Name string `json:"Name"`
}

type stateContext struct {
	Name        string `json:"Name"`
	EnteredTime string `json:"EnteredTime"`
	RetryCount  *int   `json:"RetryCount,omitempty"` // of states that can retry
}

type taskContext struct {
	Token string `json:"Token"`
}

type mapContext struct {
	Item itemContext `json:"Item"`
}

type itemContext struct {
	Index int             `json:"Index"`
	Value json.RawMessage `json:"Value"`
}

// context returns the context object of t; token and item, if set, stand for those of t itself.
func (r *run) context(t *thread, token string, item *itemContext) json.RawMessage {
	c := contextObject{
		Execution: executionContext{ID: r.x.ARN, Input: json.RawMessage(r.x.Input), StartTime: timestamp(r.x.Started),
			Name: r.x.Name, RoleARN: r.x.RoleARN, RedriveCount: r.x.Redrives},
		StateMachine: machineContext{r.x.MachineARN, r.x.Machine},
		State:        stateContext{Name: t.State, EnteredTime: timestamp(t.Entered)},
	}
	if r.x.Redriven != nil {
		c.Execution.RedriveTime = timestamp(*r.x.Redriven)
	}
	if s := r.state(t); s.kind == kindTask || s.kind == kindParallel || s.kind == kindMap {
		c.State.RetryCount = &t.RetryCount
	}
	if token != "" {
		c.Task = &taskContext{token}
	}
	if around := t.iteration(); item == nil && around != nil {
		item = &itemContext{around.Index, around.Item}
	}
	if item != nil {
		c.Map = &mapContext{*item}
	}
	return marshal(c)
}

// A scope is what the expressions of a state see.
type scope struct {
	run    *run
	thread *thread
	result json.RawMessage
	error  json.RawMessage
	token  string
	item   *itemContext
}

// lookup returns the value of a variable as x sees it.
func (s scope) lookup(x *expression, name string) (any, bool, error) {
	if name == "states" {
		value, err := s.states(x)
		return value, true, err
	}
	raw := s.thread.variable(name)
	if raw == nil {
		return nil, false, nil
	}
	value, err := gnata.DecodeJSON(raw)
	return value, true, err
}

// states returns $states with the fields that x uses.
func (s scope) states(x *expression) (any, error) {
	states := map[string]any{}
	fields := map[string]func() json.RawMessage{
		"input":       func() json.RawMessage { return s.thread.Input },
		"context":     func() json.RawMessage { return s.run.context(s.thread, s.token, s.item) },
		"result":      func() json.RawMessage { return s.result },
		"errorOutput": func() json.RawMessage { return s.error },
	}
	for name, raw := range fields {
		if !x.uses(name) || raw() == nil {
			continue
		}
		value, err := gnata.DecodeJSON(raw())
		if err != nil {
			return nil, err
		}
		states[name] = value
	}
	return states, nil
}

// render evaluates a template as the state that x leaves sees it.
func (r *run) render(t *thread, x exit, field string, v *template) (json.RawMessage, *Fault) {
	return r.evaluate(scope{run: r, thread: t, result: x.result, error: x.error}, field, v)
}

// evaluate returns v with its expressions replaced. A fault is in the history when it returns.
func (r *run) evaluate(s scope, field string, v *template) (json.RawMessage, *Fault) {
	return v.render(field, func(location string, x *expression) (json.RawMessage, *Fault) {
		value, err := r.engine.query.evaluate(x, func(name string) (any, bool, error) { return s.lookup(x, name) })
		switch {
		case err != nil:
			return nil, r.evaluationFailed(s.thread, location, fmt.Sprintf(
				"The JSONata expression '%s' specified for the field '%s' threw an error during evaluation. %v", x.source, location, err))
		case value == nil:
			return nil, r.evaluationFailed(s.thread, location, fmt.Sprintf(
				"The JSONata expression '%s' specified for the field '%s' returned nothing (undefined).", x.source, location))
		}
		return value, nil
	})
}

// evaluateTyped is evaluate for a field that demands a type of value.
func (r *run) evaluateTyped(s scope, field string, v *template, want valueType) (json.RawMessage, *Fault) {
	value, fault := r.evaluate(s, field, v)
	if fault == nil && !want.holds(value) {
		source := ""
		if v.kind == templateExpression {
			source = v.expression.source
		}
		fault = r.evaluationFailed(s.thread, field, fmt.Sprintf(
			"The JSONata expression '%s' specified for the field '%s' returned an unexpected result type. Expected '%s', but was: %s", source, field, want, excerpt(value)))
	}
	return value, fault
}

func (r *run) evaluationFailed(t *thread, location, cause string) *Fault {
	f := r.because(t, errQueryEvaluation, cause)
	d := details{State: t.State, Location: location}
	d.fault(f)
	r.record(t, "EvaluationFailed", d)
	return f
}

// because is a fault that the interpreter raises in the state that t is in.
func (r *run) because(t *thread, name, cause string) *Fault {
	return &Fault{Name: name, Cause: fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", t.State, t.EntryEvent, cause)}
}

// number evaluates a template of a count of seconds or the like within [0, limit].
func (r *run) number(s scope, field string, v *template, limit float64) (float64, *Fault) {
	raw, fault := r.evaluateTyped(s, field, v, isNumber)
	if fault != nil {
		return 0, fault
	}
	var n float64
	if err := json.Unmarshal(raw, &n); err != nil || n < 0 || n > limit || n != float64(int64(n)) {
		return 0, r.evaluationFailed(s.thread, field, fmt.Sprintf("The value for the field '%s' must be an integer between 0 and %v, but was: %s", field, limit, raw))
	}
	return n, nil
}

// string evaluates a template of text.
func (r *run) string(s scope, field string, v *template) (string, *Fault) {
	raw, fault := r.evaluateTyped(s, field, v, isText)
	if fault != nil {
		return "", fault
	}
	var value string
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", r.evaluationFailed(s.thread, field, err.Error())
	}
	return value, nil
}
