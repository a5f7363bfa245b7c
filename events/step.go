package events

// StepStarted tells that an attempt at a step begins.
type StepStarted struct {
	Deployment
	Step    string `json:"step"`
	Kind    string `json:"kind"`
	Attempt int    `json:"attempt"` // from 1
}

// Type returns "step.started.v1".
func (StepStarted) Type() string { return "step.started.v1" }

// StepFinished tells how an attempt at a step ended.
type StepFinished struct {
	Deployment
	Step    string            `json:"step"`
	Kind    string            `json:"kind"`
	Attempt int               `json:"attempt"`
	Status  string            `json:"status"` // "succeeded" or "failed"
	Error   string            `json:"error,omitempty"`
	Cause   string            `json:"cause,omitempty"`
	Outputs map[string]string `json:"outputs,omitempty"`
}

// Type returns "step.finished.v1".
func (StepFinished) Type() string { return "step.finished.v1" }
