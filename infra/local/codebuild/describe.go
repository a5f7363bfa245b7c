package codebuild

import (
	"slipway/infra/local/awsjson"
	"slipway/shared/script"
)

// buildJSON is the Build of the API reference, as far as a build here has it.
type buildJSON struct {
	ID           string          `json:"id"`
	ARN          string          `json:"arn"`
	Number       int64           `json:"buildNumber"`
	StartTime    awsjson.Time    `json:"startTime"`
	EndTime      awsjson.Time    `json:"endTime,omitzero"`
	CurrentPhase string          `json:"currentPhase"`
	Status       string          `json:"buildStatus"`
	Complete     bool            `json:"buildComplete"`
	Project      string          `json:"projectName"`
	Initiator    string          `json:"initiator"`
	Minutes      int             `json:"timeoutInMinutes"`
	Environment  environmentJSON `json:"environment"`
	Phases       []phaseJSON     `json:"phases,omitempty"`
}

type environmentJSON struct {
	Type        string     `json:"type"`
	Image       string     `json:"image"`
	ComputeType string     `json:"computeType"`
	Privileged  bool       `json:"privilegedMode"`
	Credentials string     `json:"imagePullCredentialsType,omitempty"`
	Variables   []Variable `json:"environmentVariables"`
}

type phaseJSON struct {
	Type     string        `json:"phaseType"`
	Status   string        `json:"phaseStatus"`
	Contexts []contextJSON `json:"contexts"`
}

type contextJSON struct {
	Message string `json:"message"`
}

func (e *Engine) describe(b build) buildJSON {
	out := buildJSON{
		ID: b.ID, ARN: e.arn("build", b.ID), Number: b.Number, Project: b.Project,
		StartTime: awsjson.Time(b.Started), CurrentPhase: b.Phase, Status: b.Status,
		Complete: b.Phase == phaseCompleted, Initiator: b.Initiator, Minutes: b.Minutes,
		Environment: environment(b.Machine, b.Variables),
	}
	if out.Complete {
		out.EndTime = awsjson.Time(b.Ended)
		out.Phases = []phaseJSON{{Type: phaseBuild, Status: b.Status, Contexts: []contextJSON{{b.Context}}}}
	}
	return out
}

// projectJSON is the Project of the API reference, as far as a project here has it.
type projectJSON struct {
	Name         string          `json:"name"`
	ARN          string          `json:"arn"`
	Created      awsjson.Time    `json:"created"`
	LastModified awsjson.Time    `json:"lastModified"`
	Minutes      int             `json:"timeoutInMinutes"`
	Source       sourceJSON      `json:"source"`
	Environment  environmentJSON `json:"environment"`
}

type sourceJSON struct {
	Type      string `json:"type"`
	BuildSpec string `json:"buildspec"`
}

func (e *Engine) describeProject(p project) projectJSON {
	return projectJSON{
		Name: p.Name, ARN: e.arn("project", p.Name), Minutes: p.Minutes,
		Created: awsjson.Time(p.Created), LastModified: awsjson.Time(p.Modified),
		Source: sourceJSON{"NO_SOURCE", script.BuildSpec}, Environment: environment(machine{}.withDefaults(), p.Variables),
	}
}

func environment(m machine, variables []Variable) environmentJSON {
	return environmentJSON{Type: m.Type, Image: m.Image, ComputeType: m.ComputeType, Credentials: m.Credentials, Variables: variables}
}
