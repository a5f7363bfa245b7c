package stepfunctions

import (
	"net/http"

	"slipway/infra/local/awsjson"
)

// service lists what the engine can be asked for.
func (e *Engine) service() awsjson.Service {
	return awsjson.Service{Target: "AWSStepFunctions", Version: "1.0", NewID: e.NewID,
		Operations: map[string]awsjson.Operation{
			"StartExecution":                   awsjson.AnswerRequest(e.startExecution),
			"DescribeExecution":                awsjson.Answer(e.describeExecution),
			"ListExecutions":                   awsjson.Answer(e.listExecutions),
			"GetExecutionHistory":              awsjson.Answer(e.getExecutionHistory),
			"RedriveExecution":                 awsjson.Answer(e.redriveExecution),
			"DescribeMapRun":                   awsjson.Answer(e.describeMapRun),
			"ListMapRuns":                      awsjson.Answer(e.listMapRuns),
			"UpdateMapRun":                     awsjson.Answer(e.updateMapRun),
			"ListTagsForResource":              awsjson.Answer(e.listTagsForResource),
			"StopExecution":                    awsjson.Answer(e.stopExecution),
			"CreateStateMachine":               awsjson.Answer(e.createStateMachine),
			"UpdateStateMachine":               awsjson.Answer(e.updateStateMachine),
			"DescribeStateMachine":             awsjson.Answer(e.describeStateMachine),
			"ListStateMachines":                awsjson.Answer(e.listStateMachines),
			"DescribeStateMachineForExecution": awsjson.Answer(e.describeStateMachineForExecution),
			"ValidateStateMachineDefinition":   awsjson.Answer(e.validateStateMachineDefinition),
			"SendTaskSuccess":                  awsjson.Answer(e.sendTaskSuccess),
			"SendTaskFailure":                  awsjson.Answer(e.sendTaskFailure),
			"SendTaskHeartbeat":                awsjson.Answer(e.sendTaskHeartbeat),
		}}
}

// ServeHTTP answers the AWS JSON 1.0 protocol of Step Functions.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.api.ServeHTTP(w, r) }
