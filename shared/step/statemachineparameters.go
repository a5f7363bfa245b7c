package step

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// stateMachineParameters are the parameters of [stateMachine].
type stateMachineParameters struct {
	StateMachine string          `json:"state-machine"` // a name, or an ARN
	Input        json.RawMessage `json:"input"`         // an object; nil: {}
}

// maxExecutionInput is the longest input of an execution in bytes, per the Step
// Functions quotas.
const maxExecutionInput = 256 << 10

func parseStateMachine(with json.RawMessage) (stateMachineParameters, *Problem) {
	var p stateMachineParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case p.StateMachine == "":
		return p, &Problem{"state-machine", "is missing", "name the state machine that is run"}
	case len(p.Input) > maxExecutionInput:
		return p, &Problem{"input", fmt.Sprintf("has %d bytes", len(p.Input)), fmt.Sprintf("keep it within %d, and put what is larger into S3", maxExecutionInput)}
	}
	return p, nil
}

var (
	machineName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
	machineARN  = regexp.MustCompile(`^arn:aws[a-z-]*:states:[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9_-]{1,80}$`)
)

// checkResolved checks what holds only once the placeholders are resolved.
func (p stateMachineParameters) checkResolved() *Problem {
	if !machineName.MatchString(p.StateMachine) && !machineARN.MatchString(p.StateMachine) {
		return &Problem{"state-machine", fmt.Sprintf("%.200q is neither a state machine's name nor its ARN", p.StateMachine),
			"write a name of letters, digits, \"-\" and \"_\", at most 80, or an ARN without version and alias"}
	}
	return nil
}

// input returns the input of the execution.
func (p stateMachineParameters) input() string {
	if len(p.Input) == 0 {
		return "{}"
	}
	return string(p.Input)
}
