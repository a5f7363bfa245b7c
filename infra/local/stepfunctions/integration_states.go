package stepfunctions

import "encoding/json"

// startNested is states:startExecution, per "Start a new AWS Step Functions state
// machine from a running execution".
func startNested() integration {
	return integration{
		resourceType: "states", action: "startExecution",
		required: []string{"StateMachineArn"}, optional: []string{"Input", "Name", "TraceHeader"},
		check: func(fields map[string]json.RawMessage) string {
			for _, name := range []string{"StateMachineArn", "Name", "TraceHeader"} {
				if message := mustBe(fields, name, isText); message != "" {
					return message
				}
			}
			return ""
		},
		start: (*run).startNested,
	}
}

// startNested starts the execution that a task asks for.
func (r *run) startNested(t *thread, arguments json.RawMessage) (json.RawMessage, error) {
	var in struct {
		StateMachineArn, Name, TraceHeader string
		Input                              json.RawMessage
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return nil, err
	}
	o := order{machineARN: in.StateMachineArn, name: in.Name, input: "{}", traceHeader: in.TraceHeader}
	if in.Input != nil {
		o.input = string(in.Input)
	}
	x, _, err := r.engine.start(r.tx, o, nil)
	if err != nil {
		return nil, err
	}
	if p := r.state(t).integration.pattern; p == runJob || p == runJobParsed {
		r.await(t, x)
	}
	return marshal(struct {
		ExecutionArn string
		StartDate    json.RawMessage
	}{x.ARN, seconds1970(x.Started)}), nil
}
