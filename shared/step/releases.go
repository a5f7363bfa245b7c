package step

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"slipway/events"
)

// Releases deploys releases, through their gates.
type Releases interface {
	// Deploy asks for a deployment of a project's release to environment, on behalf of w,
	// and returns its id; asking again for the same attempt asks for the same one. The
	// error is a [*Failure] when a gate is closed or there is no such release.
	Deploy(ctx context.Context, w Work, project, version, environment string) (deployment string, err error)
	// Rollback does the same for what takes back what the project has in environment.
	Rollback(ctx context.Context, w Work, project, environment string) (deployment string, err error)
	// Deployment returns how far a deployment has come.
	Deployment(ctx context.Context, id string) (Deployment, error)
	// Cancel asks for an early end of a deployment; nil when it has ended.
	Cancel(ctx context.Context, id string, w Work) error
}

// A Deployment is how far a deployment has come.
type Deployment struct {
	Release string // version
	Status  string
	Ended   bool
	Success bool
	Reason  string // why it ended otherwise
}

// deploymentsEnded returns the deployment whose end, and which a step has asked for, e
// tells of.
func deploymentsEnded(e events.Raw) []string {
	ends := []string{events.DeploymentSucceeded{}.Type(), events.DeploymentFailed{}.Type(), events.DeploymentCancelled{}.Type(),
		events.DeploymentRejected{}.Type(), events.DeploymentSuperseded{}.Type()}
	var of events.Deployment
	if e.Source != events.Source || !slices.Contains(ends, e.DetailType) || json.Unmarshal(e.Detail, &of) != nil || of.Via == "" {
		return nil
	}
	return []string{of.Deployment}
}

// checkDeployment returns how far the deployment that a step asked for has come.
func checkDeployment(ctx context.Context, d Dependencies, w Work, id string) (Outcome, error) {
	found, err := d.Releases.Deployment(ctx, id)
	switch {
	case err != nil:
		return Outcome{}, fmt.Errorf("look at deployment %s: %w", id, err)
	case !found.Ended:
		return Outcome{}, nil
	case !found.Success:
		return Outcome{}, transient("DeploymentFailed", "deployment %s of %s is %s: %s", id, found.Release, found.Status, found.Reason)
	}
	fmt.Fprintf(w.Log, "deployment %s of %s succeeded\n", id, found.Release)
	return Outcome{Done: true, Outputs: map[string]string{"deployment": id, "release": found.Release}}, nil
}
