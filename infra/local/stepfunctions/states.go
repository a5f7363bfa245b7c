package stepfunctions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (p *parser) pass(s *state, o *object) {
	s.output, s.assign = p.outcome(o, usage{})
	p.transition(s, o)
}

func (p *parser) succeed(s *state, o *object) {
	p.usage = usage{}
	s.output = p.template(o, "Output")
}

func (p *parser) fail(s *state, o *object) {
	s.errorName = p.typed(o, "Error", isText)
	s.cause = p.typed(o, "Cause", isText)
}

func (p *parser) wait(s *state, o *object) {
	if o.has("Seconds") == o.has("Timestamp") {
		p.refuse(o.path, "Exactly one of 'Seconds' and 'Timestamp' is required")
	}
	s.seconds = p.typed(o, "Seconds", isNumber)
	s.timestamp = p.typed(o, "Timestamp", isText)
	s.output, s.assign = p.outcome(o, usage{})
	p.transition(s, o)
}

func (p *parser) task(s *state, o *object) {
	o.require("Resource")
	resource := o.text("Resource")
	known := false
	if s.integration, known = p.engine.integrations()[resource]; !known && resource != "" {
		p.refuse(o.at("Resource"), "Resource '%s' is not supported; supported are %s", resource, p.engine.integrationNames())
	}
	s.arguments = p.template(o, "Arguments")
	if known {
		p.integrationArguments(s, o.at("Arguments"))
	}
	s.timeout = p.typed(o, "TimeoutSeconds", isNumber)
	s.heartbeat = p.typed(o, "HeartbeatSeconds", isNumber)
	p.limits(s, o)
	if o.has("Credentials") {
		s.credentials = p.credentials(p.object(o.at("Credentials"), o.raw("Credentials")))
	}
	s.output, s.assign = p.outcome(o, usage{result: true})
	p.recovery(s, o)
	p.transition(s, o)
}

// limits refuses time-outs that are no positive whole numbers, and a heartbeat that
// isn't shorter than the time-out, as far as they are literal.
func (p *parser) limits(s *state, o *object) {
	timeout, heartbeat := p.positive(o, "TimeoutSeconds", s.timeout), p.positive(o, "HeartbeatSeconds", s.heartbeat)
	if timeout > 0 && heartbeat >= timeout {
		p.refuse(o.at("HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

// positive returns the value of a literal that must be a positive whole number, or 0.
func (p *parser) positive(o *object, field string, t *template) float64 {
	if t == nil || t.kind != templateLiteral {
		return 0
	}
	n, err := strconv.ParseFloat(string(t.literal), 64)
	if err != nil || n < 1 || n > maxSeconds || n != float64(int64(n)) {
		p.refuse(o.at(field), "Value must be an integer between 1 and %d, got %s", maxSeconds, t.literal)
	}
	return n
}

// credentials takes the role of a task; it has no effect, as nothing asks for rights on one machine.
func (p *parser) credentials(o *object) *template {
	o.require("RoleArn")
	t := p.typed(o, "RoleArn", isText)
	o.close()
	return t
}

func (p *parser) parallel(s *state, o *object) {
	o.require("Branches")
	for i, raw := range o.list("Branches") {
		s.branches = append(s.branches, p.container(p.object(fmt.Sprintf("%s[%d]", o.at("Branches"), i), raw)))
	}
	if len(s.branches) == 0 {
		p.refuse(o.at("Branches"), "A Parallel state needs at least one branch")
	}
	s.arguments = p.template(o, "Arguments")
	s.output, s.assign = p.outcome(o, usage{result: true})
	p.recovery(s, o)
	p.transition(s, o)
}

func (p *parser) mapping(s *state, o *object) {
	o.require("ItemProcessor")
	if o.has("ItemProcessor") {
		p.processor(s, o, p.object(o.at("ItemProcessor"), o.raw("ItemProcessor")))
	}
	s.items = p.typed(o, "Items", isArray)
	s.itemSelector = p.template(o, "ItemSelector")
	s.concurrency = p.typed(o, "MaxConcurrency", isNumber)
	s.output, s.assign = p.outcome(o, usage{result: true})
	p.recovery(s, o)
	p.transition(s, o)
}

// processor takes what a Map state runs for its items, and for the distributed mode
// the fields of the state that tell how.
func (p *parser) processor(s *state, outer, o *object) {
	mode := ""
	if o.has("ProcessorConfig") {
		config := p.object(o.at("ProcessorConfig"), o.raw("ProcessorConfig"))
		mode = config.text("Mode")
		if !slices.Contains([]string{"", "INLINE", "DISTRIBUTED"}, mode) {
			p.refuse(config.at("Mode"), "Value should be one of the following: [INLINE, DISTRIBUTED], got '%s'", mode)
		}
		if mode == "DISTRIBUTED" {
			config.require("ExecutionType")
			if kind := config.text("ExecutionType"); kind != "STANDARD" && kind != "" {
				p.refuse(config.at("ExecutionType"), "ExecutionType '%s' is not supported by the local engine; use STANDARD", kind)
			}
		}
		config.close()
	}
	s.processor = p.container(o)
	if mode == "DISTRIBUTED" {
		s.distribution = p.distribution(s.name, outer)
	}
}

func (p *parser) choice(s *state, o *object) {
	o.require("Choices")
	for i, raw := range o.list("Choices") {
		s.choices = append(s.choices, p.rule(p.object(fmt.Sprintf("%s[%d]", o.at("Choices"), i), raw)))
	}
	if len(s.choices) == 0 {
		p.refuse(o.at("Choices"), "A Choice state needs at least one rule")
	}
	s.otherwise = o.text("Default")
	s.output, s.assign = p.outcome(o, usage{})
}

func (p *parser) rule(o *object) choice {
	o.require("Condition", "Next")
	o.text("Comment")
	c := choice{condition: p.typed(o, "Condition", isBoolean), next: o.text("Next")}
	c.output, c.assign = p.outcome(o, usage{})
	o.close()
	return c
}

// recovery takes Retry and Catch.
func (p *parser) recovery(s *state, o *object) {
	retries := o.list("Retry")
	for i, raw := range retries {
		s.retry = append(s.retry, p.retrier(p.object(fmt.Sprintf("%s[%d]", o.at("Retry"), i), raw), i == len(retries)-1))
	}
	catches := o.list("Catch")
	for i, raw := range catches {
		s.catch = append(s.catch, p.catcher(p.object(fmt.Sprintf("%s[%d]", o.at("Catch"), i), raw), i == len(catches)-1))
	}
}

func (p *parser) retrier(o *object, last bool) retrier {
	o.text("Comment")
	r := retrier{
		errors:      p.errorEquals(o, last),
		interval:    float64(o.whole("IntervalSeconds", 1, 1, 99999999)),
		maxAttempts: int(o.whole("MaxAttempts", 3, 0, 99999999)),
		backoff:     o.number("BackoffRate", 2, 1, 1e9),
		maxDelay:    float64(o.whole("MaxDelaySeconds", 0, 0, 31622400)),
	}
	if r.maxDelay > 0 && r.maxDelay <= r.interval {
		p.refuse(o.at("MaxDelaySeconds"), "MaxDelaySeconds must be greater than IntervalSeconds")
	}
	switch strategy := o.text("JitterStrategy"); strategy {
	case "", "NONE":
	case "FULL":
		r.fullJitter = true
	default:
		p.refuse(o.at("JitterStrategy"), "Value should be one of the following: [FULL, NONE], got '%s'", strategy)
	}
	o.close()
	return r
}

func (p *parser) catcher(o *object, last bool) catcher {
	o.text("Comment")
	o.require("Next")
	c := catcher{errors: p.errorEquals(o, last), next: o.text("Next")}
	c.output, c.assign = p.outcome(o, usage{errorOutput: true})
	o.close()
	return c
}

// errorEquals takes ErrorEquals, in which States.ALL stands alone and in the last place.
func (p *parser) errorEquals(o *object, last bool) []string {
	names := o.texts("ErrorEquals")
	if len(names) == 0 {
		p.refuse(o.at("ErrorEquals"), "ErrorEquals must name at least one error")
	}
	for _, name := range names {
		if name == errAll && (len(names) > 1 || !last) {
			p.refuse(o.at("ErrorEquals"), "States.ALL must appear alone and in the last retrier or catcher")
		}
	}
	return names
}

// integrationArguments refuses arguments that the integration of s doesn't know, as far as they are literal.
func (p *parser) integrationArguments(s *state, path string) {
	if s.arguments == nil {
		p.refuse(path, "These fields are required: [%s]", strings.Join(s.integration.required, ", "))
		return
	}
	if s.arguments.kind != templateObject {
		return
	}
	if message := s.integration.refuse(s.arguments.names()); message != "" {
		p.refuse(path, "%s", message)
	}
}
