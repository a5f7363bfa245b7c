package planning

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"slipway/shared/pipeline"
)

// A RunRequest is a run that is to be planned.
type RunRequest struct {
	Run         pipeline.RunID
	Environment string
	Document    string            // digest of the project file whose runbook it is
	Values      map[string]string // for the runbook's prompts, by name
}

// ProposeRun returns the plan of a run. It returns [pipeline.ErrInvalid] for values
// that the prompts don't take, and [pipeline.ErrRefused] when the file has no such
// runbook or the run can't be made in its environment.
func (p *Planner) ProposeRun(ctx context.Context, r RunRequest) (pipeline.Plan, error) {
	frozen, err := p.parse(ctx, r.Run.Project, r.Document)
	if err != nil {
		return pipeline.Plan{}, err
	}
	runbook, ok := frozen.Runbook(r.Run.Runbook)
	if !ok {
		return pipeline.Plan{}, fmt.Errorf("project file %s of %s has no runbook %s: %w", r.Document, r.Run.Project, r.Run.Runbook, pipeline.ErrRefused)
	}
	target, err := p.target(r.Environment)
	if err != nil {
		return pipeline.Plan{}, err
	}
	given, err := runbook.Answer(r.Values)
	if err != nil {
		return pipeline.Plan{}, err
	}
	plan := pipeline.Plan{Run: r.Run, Environment: target, Variables: variables(frozen, r.Environment)}
	for _, a := range given {
		plan.Variables = append(plan.Variables, pipeline.PlannedVariable{Name: a.Name, Value: a.Value, Scope: "prompt"})
	}
	slices.SortFunc(plan.Variables, func(a, b pipeline.PlannedVariable) int { return cmp.Compare(a.Name, b.Name) })
	plan.Steps, err = p.steps(runbook.Process, plan)
	return plan, err
}
