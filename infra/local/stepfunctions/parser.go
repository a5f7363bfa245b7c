package stepfunctions

import (
	"encoding/json"
	"fmt"
	"slices"
)

// A parser turns the text of a definition into its parts and collects what is wrong with it.
type parser struct {
	engine      *Engine // what it is connected to decides what a definition may ask for
	diagnostics []Diagnostic
	usage       usage // what the expressions being parsed may refer to
}

func (p *parser) refuse(path, format string, args ...any) {
	p.refuseAs("SCHEMA_VALIDATION_FAILED", path, format, args...)
}

func (p *parser) refuseAs(code, path, format string, args ...any) {
	p.diagnostics = append(p.diagnostics, Diagnostic{code, path, fmt.Sprintf(format, args...), "ERROR"})
}

// unknown refuses a field that was not asked for, telling apart those of the other query language.
func (p *parser) unknown(o *object, field string) {
	pathOnly := []string{"InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "Result", "ItemsPath",
		"SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath", "ErrorPath", "CausePath", "Variable"}
	if slices.Contains(pathOnly, field) {
		p.refuse(o.at(field), "The QueryLanguage is set to 'JSONata', but field '%s' is only supported for the 'JSONPath' QueryLanguage", field)
		return
	}
	p.refuse(o.at(field), "Field '%s' is not supported", field)
}

func (p *parser) machine(raw json.RawMessage) *definition {
	o := p.object("/", raw)
	if len(p.diagnostics) > 0 {
		return nil
	}
	if language := o.text("QueryLanguage"); language != "JSONata" {
		p.refuse("/QueryLanguage", "QueryLanguage must be 'JSONata', the only query language that the local engine runs; got '%s'", language)
	}
	if version := o.text("Version"); version != "" && version != "1.0" {
		p.refuse("/Version", "Value should be one of the following: [1.0], got '%s'", version)
	}
	timeout := o.whole("TimeoutSeconds", 0, 0, 99999999)
	d := p.container(o)
	d.timeout = timeout
	return d
}

// container parses what a state machine, a branch and an item processor have in common, and closes o.
func (p *parser) container(o *object) *definition {
	o.require("StartAt", "States")
	o.text("Comment")
	d := &definition{startAt: o.text("StartAt"), states: map[string]*state{}}
	if o.has("States") {
		states := p.object(o.at("States"), o.raw("States"))
		for _, name := range states.order {
			d.states[name] = p.state(name, p.object(states.at(name), states.raw(name)))
		}
	}
	o.close()
	return d
}

func (p *parser) state(name string, o *object) *state {
	s := &state{name: name}
	o.text("Comment")
	o.require("Type")
	if language := o.text("QueryLanguage"); language != "" && language != "JSONata" {
		p.refuse(o.path, "'QueryLanguage' can not be '%s' if set to 'JSONata' for whole state machine", language)
	}
	s.kind = kind(o.text("Type"))
	fields := map[kind]func(*parser, *state, *object){
		kindTask: (*parser).task, kindPass: (*parser).pass, kindChoice: (*parser).choice, kindWait: (*parser).wait,
		kindSucceed: (*parser).succeed, kindFail: (*parser).fail, kindParallel: (*parser).parallel, kindMap: (*parser).mapping,
	}
	parse, known := fields[s.kind]
	if !known {
		if s.kind != "" {
			p.refuse(o.at("Type"), "Value should be one of the following: [Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map], got '%s'", s.kind)
		}
		return s
	}
	parse(p, s, o)
	o.close()
	return s
}

// transition takes Next or End.
func (p *parser) transition(s *state, o *object) {
	var end bool
	s.next = o.text("Next")
	o.into("End", "BOOLEAN", &end)
	if end == (s.next != "") {
		p.refuse(o.path, "Exactly one of 'Next' and '\"End\": true' is required")
	}
}

// outcome takes Output and Assign, whose expressions may use what u allows.
func (p *parser) outcome(o *object, u usage) (output, assign *template) {
	p.usage = u
	defer func() { p.usage = usage{} }()
	output = p.template(o, "Output")
	if assign = p.template(o, "Assign"); assign != nil {
		p.variables(o.at("Assign"), assign)
	}
	return output, assign
}
