package stepfunctions

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// A querier evaluates JSONata expressions with the functions that Step Functions
// adds to the language. Time and randomness come from the engine's clock and ids.
type querier struct {
	library   map[string]any   // functions by name without $
	evaluated func(Evaluation) // may be nil
}

// An Evaluation tells what came of an expression.
type Evaluation struct {
	Source    string                     // as written between {% and %}, trimmed
	Variables map[string]json.RawMessage // those that the expression refers to, by name without $
	Result    json.RawMessage            // nil when undefined
	Err       error
}

func newQuerier(now func() time.Time, newID func() string, evaluated func(Evaluation)) querier {
	return querier{newLibrary(now, newID), evaluated}
}

// evaluate returns the value of x as JSON, or nil when it is undefined. Variables
// are those that lookup knows; it is asked only for names that x refers to.
func (q querier) evaluate(x *expression, lookup func(name string) (any, bool, error)) (json.RawMessage, error) {
	variables := map[string]any{}
	for _, name := range x.names() {
		value, ok, err := lookup(name)
		if err != nil {
			return nil, err
		}
		if ok {
			variables[name] = numbers(value)
		}
	}
	result, err := q.run(x, variables)
	if q.evaluated == nil {
		return result, err
	}
	told := Evaluation{Source: x.source, Variables: map[string]json.RawMessage{}, Result: result, Err: err}
	for name, value := range variables {
		text, err := encoded(value)
		if err != nil {
			return nil, fmt.Errorf("variable $%s: %w", name, err)
		}
		told.Variables[name] = text
	}
	q.evaluated(told)
	return result, err
}

// run evaluates x with variables, which stand before functions of the same name.
func (q querier) run(x *expression, variables map[string]any) (json.RawMessage, error) {
	bound := map[string]any{"flatten": nil, "values": nil} // functions that only gnata has
	for _, name := range x.names() {
		if function, ok := q.library[name]; ok {
			bound[name] = function
		}
	}
	maps.Copy(bound, variables)
	value, err := x.code.EvalWithVars(&allowance{Context: context.Background(), steps: maxSteps}, nil, bound)
	if err != nil || value == nil {
		return nil, err
	}
	return encoded(value)
}

// maxSteps is how many parts of an expression one evaluation may visit, so that
// each evaluation ends, and at the same point on every machine.
const maxSteps = 2_000_000

// An allowance is the context of one evaluation; it is done after a number of steps.
// gnata asks it for its error at each step.
type allowance struct {
	context.Context
	steps int
}

// Err returns an error when the steps are used up.
func (a *allowance) Err() error {
	a.steps--
	if a.steps < 0 {
		return fmt.Errorf("the evaluation takes more than %d steps; simplify the expression or give it less data", maxSteps)
	}
	return nil
}

func encoded(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	err := encode(&text, value)
	return text.Bytes(), err
}
