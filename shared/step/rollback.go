package step

import (
	"cmp"
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"

	"slipway/events"
)

//go:embed schemas/rollback.json
var rollbackSchema string

// rollback takes back what a project has in an environment, as slipway rollback does.
type rollback struct{}

// rollbackParameters are the parameters of [rollback].
type rollbackParameters struct {
	Project     string `json:"project"`     // "": that of the step
	Environment string `json:"environment"` // "": that of the step
}

// Name implements [Kind].
func (rollback) Name() string { return "rollback" }

// Schema implements [Kind].
func (rollback) Schema() []byte { return []byte(rollbackSchema) }

// References implements [Kind].
func (rollback) References(with json.RawMessage) (References, error) {
	var p rollbackParameters
	if problem := decode(with, &p); problem != nil {
		return References{}, problem
	}
	return References{}, nil
}

// Start implements [Kind].
func (rollback) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	var p rollbackParameters
	if problem := decode(w.With, &p); problem != nil {
		return Outcome{}, problem.failure()
	}
	project, environment := cmp.Or(p.Project, w.Project), cmp.Or(p.Environment, w.Environment)
	if failure := w.wouldWaitForItself(project, environment); failure != nil {
		return Outcome{}, failure
	}
	id, err := d.Releases.Rollback(ctx, w, project, environment)
	if err != nil {
		return Outcome{}, err
	}
	fmt.Fprintf(w.Log, "asked for deployment %s, which takes back what %s has in %s\n", id, project, environment)
	return Outcome{Work: id}, nil
}

// Works implements [Remote].
func (rollback) Works(e events.Raw) []string { return deploymentsEnded(e) }

// Check implements [Remote].
func (rollback) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	return checkDeployment(ctx, d, w, name)
}

// Cancel implements [Remote].
func (rollback) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	return d.Releases.Cancel(ctx, name, w)
}
