package stepfunctions

import (
	"encoding/json"

	"slipway/infra/local/awsjson"
)

type sendTaskSuccessInput struct {
	TaskToken string  `json:"taskToken"`
	Output    *string `json:"output"`
}

type sendTaskFailureInput struct {
	TaskToken string `json:"taskToken"`
	Error     string `json:"error"`
	Cause     string `json:"cause"`
}

type sendTaskHeartbeatInput struct {
	TaskToken string `json:"taskToken"`
}

type nothing struct{}

// sendTaskSuccess ends the task that waits for a token; it may come before the task's function has returned.
func (e *Engine) sendTaskSuccess(in sendTaskSuccessInput) (nothing, error) {
	if in.Output == nil {
		return nothing{}, awsjson.Errorf("ValidationException", "1 validation error detected: Value at 'output' failed to satisfy constraint: Member must not be null")
	}
	output := *in.Output
	if len(output) > maxPayload {
		return nothing{}, awsjson.Errorf("ValidationException", "1 validation error detected: Value at 'output' failed to satisfy constraint: Member must have length less than or equal to %d", maxPayload)
	}
	if !json.Valid([]byte(output)) {
		return nothing{}, awsjson.Errorf("InvalidOutput", "Invalid Output: 'The output is not valid JSON'")
	}
	return nothing{}, e.answerToken(in.TaskToken, func(r *run, t *thread) {
		r.taskSucceeded(t, r.state(t), compact(output))
	})
}

func (e *Engine) sendTaskFailure(in sendTaskFailureInput) (nothing, error) {
	if len(in.Error) > 256 || len(in.Cause) > 32768 {
		return nothing{}, awsjson.Errorf("ValidationException", "1 validation error detected: 'error' has at most 256 characters and 'cause' at most 32768")
	}
	return nothing{}, e.answerToken(in.TaskToken, func(r *run, t *thread) {
		r.taskFailed(t, r.state(t), &Fault{Name: in.Error, Cause: in.Cause})
	})
}

func (e *Engine) sendTaskHeartbeat(in sendTaskHeartbeatInput) (nothing, error) {
	return nothing{}, e.answerToken(in.TaskToken, func(r *run, t *thread) { t.Task.beat(r.now) })
}
