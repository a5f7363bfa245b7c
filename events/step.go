package events

// StepStarted tells that an attempt at a step begins.
type StepStarted struct {
	Subject
	Step    string `json:"step"`
	Kind    string `json:"kind"`
	Attempt int    `json:"attempt"` // from 1
}

// Type returns "step.started.v1".
func (StepStarted) Type() string { return "step.started.v1" }

// StepAwaitingApproval asks for a decision on whether a process goes on. Start is
// what an approver does in the Step Functions console.
type StepAwaitingApproval struct {
	Subject
	Step      string        `json:"step"`
	Message   string        `json:"message"` // what the step asks
	Plan      string        `json:"plan"`
	Quorum    int           `json:"quorum"`
	Approvers []string      `json:"approvers"` // groups
	Start     ApprovalStart `json:"start"`
}

// Type returns "step.awaiting-approval.v1".
func (StepAwaitingApproval) Type() string { return "step.awaiting-approval.v1" }

// StepFinished tells how an attempt at a step ended.
type StepFinished struct {
	Subject
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
