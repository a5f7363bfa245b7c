package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"

	"slipway/events"
)

//go:embed schemas/deploy-release.json
var deployReleaseSchema string

// deployRelease deploys a release of another project, through that project's gates.
type deployRelease struct{}

// deployReleaseParameters are the parameters of [deployRelease].
type deployReleaseParameters struct {
	Project     string `json:"project"`
	Version     string `json:"version"`
	Environment string `json:"environment"` // "": that of the step
}

func parseDeployRelease(with json.RawMessage) (deployReleaseParameters, *Problem) {
	var p deployReleaseParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case p.Project == "":
		return p, &Problem{"project", "is missing", "name the project whose release is to be deployed"}
	case p.Version == "":
		return p, &Problem{"version", "is missing", "name the version of a release, such as 1.4.0 or {release}"}
	}
	return p, nil
}

// Name implements [Kind].
func (deployRelease) Name() string { return "deploy-release" }

// Schema implements [Kind].
func (deployRelease) Schema() []byte { return []byte(deployReleaseSchema) }

// References implements [Kind].
func (deployRelease) References(with json.RawMessage) (References, error) {
	p, problem := parseDeployRelease(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: []Template{{Key: "version", Text: p.Version}}}
	if p.Environment != "" {
		refs.Templates = append(refs.Templates, Template{Key: "environment", Text: p.Environment})
	}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Start implements [Kind].
func (deployRelease) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseDeployRelease(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	if p.Environment == "" {
		p.Environment = w.Environment
	}
	if failure := w.wouldWaitForItself(p.Project, p.Environment); failure != nil {
		return Outcome{}, failure
	}
	id, err := d.Releases.Deploy(ctx, w, p.Project, p.Version, p.Environment)
	if err != nil {
		return Outcome{}, err
	}
	fmt.Fprintf(w.Log, "asked for deployment %s\n", id)
	return Outcome{Work: id}, nil
}

// wouldWaitForItself returns the failure of a step of a deployment that asks for
// another deployment of the same project to the same environment, which would wait for
// the first to end.
func (w Work) wouldWaitForItself(project, environment string) error {
	if w.Runbook != "" || w.Project != project || w.Environment != environment {
		return nil
	}
	return permanent("WaitsForItself", "a deployment of %s to %s would wait until this one ends; do it in a runbook, or in another project", project, environment)
}

// Works implements [Remote].
func (deployRelease) Works(e events.Raw) []string { return deploymentsEnded(e) }

// Check implements [Remote].
func (deployRelease) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	return checkDeployment(ctx, d, w, name)
}

// Cancel implements [Remote].
func (deployRelease) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	return d.Releases.Cancel(ctx, name, w)
}
