package codebuild

import "time"

// A StateChange is the detail of a "CodeBuild Build State Change" event, per
// CodeBuild's user guide, "Build notifications input format reference".
type StateChange struct {
	Time time.Time `json:"-"` // of the event's envelope, whose resources are the build's ARN

	Status       string     `json:"build-status"`
	Project      string     `json:"project-name"`
	BuildARN     string     `json:"build-id"`
	Information  Additional `json:"additional-information"`
	Phase        string     `json:"current-phase"`
	PhaseContext string     `json:"current-phase-context"`
	Version      string     `json:"version"`
}

// Additional is the additional information of a [StateChange].
type Additional struct {
	Complete    bool        `json:"build-complete"`
	Initiator   string      `json:"initiator"`
	StartTime   string      `json:"build-start-time"`
	Number      int64       `json:"build-number"`
	Minutes     int         `json:"timeout-in-minutes"`
	Environment Environment `json:"environment"`
}

// An Environment is where a build runs.
type Environment struct {
	Image       string     `json:"image"`
	Type        string     `json:"type"`
	ComputeType string     `json:"compute-type"`
	Privileged  bool       `json:"privileged-mode"`
	Variables   []Variable `json:"environment-variables"`
}

func (e *Engine) stateChange(b build) StateChange {
	phase, at := "SUBMITTED", b.Started
	if b.Phase == phaseCompleted {
		phase, at = phaseCompleted, b.Ended
	}
	return StateChange{
		Time: at, Status: b.Status, Project: b.Project, BuildARN: e.arn("build", b.ID),
		Phase: phase, PhaseContext: "[" + b.Context + "]", Version: "1",
		Information: Additional{
			Complete: b.Phase == phaseCompleted, Initiator: b.Initiator, Number: b.Number, Minutes: b.Minutes,
			StartTime:   b.Started.Format("Jan 2, 2006 3:04:05 PM"),
			Environment: Environment{Image: b.Machine.Image, Type: b.Machine.Type, ComputeType: b.Machine.ComputeType, Variables: b.Variables},
		},
	}
}
