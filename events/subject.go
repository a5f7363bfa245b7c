package events

// A Subject names what an event of a process is about: a deployment, or a run of a
// runbook.
type Subject struct {
	Deployment  string `json:"deployment,omitempty"` // "" for a run
	Run         string `json:"run,omitempty"`        // "" for a deployment
	Runbook     string `json:"runbook,omitempty"`    // of the run
	Project     string `json:"project"`
	Release     string `json:"release,omitempty"` // of the deployment
	Environment string `json:"environment"`
}

// ID returns the id of the deployment or of the run.
func (s Subject) ID() string {
	if s.Run != "" {
		return s.Run
	}
	return s.Deployment
}
