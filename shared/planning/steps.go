package planning

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// steps resolves the placeholders of every step of a process. It returns
// [pipeline.ErrRefused] for a step that can't be done in the plan's environment.
func (p *Planner) steps(process []pipeline.Step, plan pipeline.Plan) ([]pipeline.PlannedStep, error) {
	values := placeholders(plan)
	var all []pipeline.PlannedStep
	for _, s := range process {
		kind, ok := step.Lookup(s.Kind)
		if !ok {
			return nil, fmt.Errorf("step %s: kind %q does not exist: %w", s.Name, s.Kind, pipeline.ErrInvalid)
		}
		if err := p.servedIn(plan.Environment, kind); err != nil {
			return nil, fmt.Errorf("step %s: %w", s.Name, err)
		}
		if err := p.connected(kind, s); err != nil {
			return nil, fmt.Errorf("step %s: %w", s.Name, err)
		}
		with, err := step.Resolve(kind, s.With, values)
		if err != nil {
			return nil, fmt.Errorf("step %s: %w", s.Name, err)
		}
		all = append(all, pipeline.PlannedStep{Name: s.Name, Kind: s.Kind, With: with,
			TimeoutSeconds: int(s.Timeout / time.Second), Retry: s.Retry})
	}
	return all, nil
}

// placeholders returns what the placeholders in steps stand for.
func placeholders(plan pipeline.Plan) map[string]string {
	x := plan.Execution()
	values := map[string]string{"project": x.Project(), "environment": plan.Environment.Name}
	if x.IsRun() {
		values["runbook"], values["run"] = x.Run.Runbook, x.Run.String()
	} else {
		values["release"] = plan.Release.String()
	}
	for _, v := range plan.Variables {
		values[v.Name] = v.Value
	}
	return values
}

// servedIn returns [pipeline.ErrRefused] unless the installation has the services that
// the kind needs, or the environment names an endpoint that stands for them.
func (p *Planner) servedIn(target pipeline.PlannedTarget, kind step.Kind) error {
	privileged, ok := kind.(step.Privileged)
	if !ok || p.runnable == nil || slices.Contains(p.runnable, kind.Name()) || target.Endpoint != "" {
		return nil
	}
	return fmt.Errorf("its kind %s acts on AWS (%s), which one machine does not have; deploy Slipway to AWS, or name an endpoint that answers in its place under environment %s in the platform file: %w",
		kind.Name(), strings.Join(privileged.Services(), ", "), target.Name, pipeline.ErrRefused)
}

// connected returns [pipeline.ErrRefused] unless the platform has the networks that the
// step names: the file may have lost them since the project file was applied.
func (p *Planner) connected(kind step.Kind, s pipeline.Step) error {
	refs, err := kind.References(s.With)
	if err != nil {
		return err
	}
	for _, network := range refs.Networks {
		if !slices.Contains(p.platform.NetworkNames(), network) {
			return fmt.Errorf("network %s is not in the platform file: %w", network, pipeline.ErrRefused)
		}
	}
	return nil
}
