package events

// A Deployment names the deployment that an event is about.
type Deployment struct {
	Deployment  string `json:"deployment"`
	Project     string `json:"project"`
	Release     string `json:"release"`
	Environment string `json:"environment"`
	// Via is the attempt at a step that asked for it, if one did, such as
	// storefront_incident_3/roll-back/1.
	Via string `json:"via,omitempty"`
}

// DeploymentRequested tells that a deployment is to be made, by a lifecycle or by a person.
type DeploymentRequested struct {
	Deployment
	Automatic bool   `json:"automatic"`
	Rollback  string `json:"rollback,omitempty"` // the deployment that this one takes back, if it does
}

// Type returns "deployment.requested.v1".
func (DeploymentRequested) Type() string { return "deployment.requested.v1" }

// DeploymentAwaitingApproval asks for a decision on a plan. Start is what an
// approver does in the Step Functions console.
type DeploymentAwaitingApproval struct {
	Deployment
	Plan      string        `json:"plan"`
	Quorum    int           `json:"quorum"`
	Approvers []string      `json:"approvers"` // groups
	Start     ApprovalStart `json:"start"`
}

// An ApprovalStart is the execution that approves; to reject, change the decision.
type ApprovalStart struct {
	StateMachine string        `json:"stateMachine"` // ARN
	Console      string        `json:"console"`      // address of that state machine in the console
	Input        ApprovalInput `json:"input"`
}

// An ApprovalInput is the input of an Approve-<environment> execution.
type ApprovalInput struct {
	Deployment string `json:"deployment,omitempty"`
	Run        string `json:"run,omitempty"`  // instead of the deployment, for a step of a run
	Step       string `json:"step,omitempty"` // when a step asks
	Plan       string `json:"plan"`
	Decision   string `json:"decision"` // "approve" or "reject"
	Note       string `json:"note"`
}

// Type returns "deployment.awaiting-approval.v1".
func (DeploymentAwaitingApproval) Type() string { return "deployment.awaiting-approval.v1" }

// DeploymentQueued tells that a deployment waits for another to leave its environment.
type DeploymentQueued struct {
	Deployment
	Plan   string `json:"plan"`   // to be carried out once the environment is free
	Holder string `json:"holder"` // the deployment that has the environment
}

// Type returns "deployment.queued.v1".
func (DeploymentQueued) Type() string { return "deployment.queued.v1" }

// DeploymentStarted tells that a deployment has its environment to itself and runs its steps.
type DeploymentStarted struct {
	Deployment
	Plan   string `json:"plan"`
	Queued bool   `json:"queued"` // whether it had to wait for the environment
}

// Type returns "deployment.started.v1".
func (DeploymentStarted) Type() string { return "deployment.started.v1" }

// DeploymentSucceeded tells that every step succeeded.
type DeploymentSucceeded struct{ Deployment }

// Type returns "deployment.succeeded.v1".
func (DeploymentSucceeded) Type() string { return "deployment.succeeded.v1" }

// DeploymentFailed tells that a deployment ended before every step had succeeded.
type DeploymentFailed struct {
	Deployment
	Error string `json:"error"`
	Cause string `json:"cause"`
}

// Type returns "deployment.failed.v1".
func (DeploymentFailed) Type() string { return "deployment.failed.v1" }

// DeploymentCancelled tells that a deployment was stopped, or was never decided on.
type DeploymentCancelled struct {
	Deployment
	Cause string `json:"cause"`
}

// Type returns "deployment.cancelled.v1".
func (DeploymentCancelled) Type() string { return "deployment.cancelled.v1" }

// DeploymentCancelling tells that somebody wants a deployment that runs to end.
type DeploymentCancelling struct {
	Deployment
	Cause string `json:"cause"`
}

// Type returns "deployment.cancelling.v1".
func (DeploymentCancelling) Type() string { return "deployment.cancelling.v1" }

// DeploymentRejected tells that an approver said no.
type DeploymentRejected struct {
	Deployment
	By   string `json:"by"`
	Note string `json:"note"`
}

// Type returns "deployment.rejected.v1".
func (DeploymentRejected) Type() string { return "deployment.rejected.v1" }

// DeploymentSuperseded tells that an automatic deployment gave way to a newer release.
type DeploymentSuperseded struct {
	Deployment
	Successor string `json:"successor"` // the deployment of the newer release
	Queued    bool   `json:"queued"`    // whether it was waiting for the environment
}

// Type returns "deployment.superseded.v1".
func (DeploymentSuperseded) Type() string { return "deployment.superseded.v1" }
