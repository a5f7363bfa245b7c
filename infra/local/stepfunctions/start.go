package stepfunctions

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// An order asks for an execution.
type order struct {
	machineARN  string
	name        string // a new identifier when empty
	input       string // JSON
	traceHeader string
}

// Start starts an execution on behalf of another engine, such as a rule's
// target or a schedule: as StartExecution does, but without calling
// [Config.Started]. An empty name stands for a new identifier.
func (e *Engine) Start(stateMachineARN, name, input string) (executionARN string, err error) {
	err = e.Store.Update(func(tx store.Tx) error {
		x, _, err := e.start(tx, order{machineARN: stateMachineARN, name: name, input: input}, nil)
		if err == nil {
			executionARN = x.ARN
		}
		return err
	})
	return executionARN, err
}

// start starts an execution unless the same one, by name and input, is running
// already. It calls started, if set, before the execution enters its first state.
func (e *Engine) start(tx store.Tx, o order, started func(*execution)) (*execution, time.Time, error) {
	m, err := e.machineAt(tx, o.machineARN)
	if err != nil {
		return nil, time.Time{}, err
	}
	if o.name == "" {
		o.name = e.NewID()
	}
	if err := o.check(); err != nil {
		return nil, time.Time{}, err
	}
	arn := e.arn("execution", m.Name, o.name)
	switch x, err := readExecution(tx, arn); {
	case err != nil:
		return nil, time.Time{}, err
	case x != nil && x.Status == Running && x.Input == o.input:
		return x, x.Started, nil
	case x != nil && x.Stopped != nil && e.Clock.Now().Sub(*x.Stopped) >= nameKept:
		e.forget(tx, x)
	case x != nil:
		return nil, time.Time{}, awsjson.Errorf("ExecutionAlreadyExists", "Execution Already Exists: '%s'", arn)
	}
	x := &execution{ARN: arn, Name: o.name, Machine: m.Name, MachineARN: m.ARN, MachineUpdated: m.Updated, RoleARN: m.RoleARN,
		Definition: m.Definition, TraceHeader: o.traceHeader, Status: Running, Input: o.input, Started: e.Clock.Now()}
	return x, x.Started, e.carry(tx, x, func(r *run) error {
		if started != nil {
			started(x)
		}
		r.begin()
		return nil
	})
}

// begin writes the start of an execution and readies its first state.
func (r *run) begin() {
	x := r.x
	r.setDeadline()
	enlist(r.tx, x)
	r.changed()
	r.write(0, "ExecutionStarted", details{Input: &x.Input, RoleARN: x.RoleARN})
	x.Root = r.newThread(nil, 0)
	r.goOn(x.Root, r.definition.startAt, compact(x.Input))
}

// nameKept is for how long the name of an execution that has ended can't be used again.
const nameKept = 90 * 24 * time.Hour

func (o order) check() error {
	switch {
	case utf8.RuneCountInString(o.name) > 80:
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80", o.name)
	case !validName(o.name):
		return awsjson.Errorf("InvalidName", "Invalid Name: '%s'", o.name)
	case len(o.input) > maxPayload:
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to %d", maxPayload)
	case !json.Valid([]byte(o.input)):
		return awsjson.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Invalid execution input.'")
	}
	return nil
}

// validName tells whether name may name a state machine or an execution, per the StartExecution API reference.
func validName(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= 80 && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/\ufffe\uffff", r)
	})
}
