package planning

import (
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Work returns an attempt at the step s of p as step kinds are told of it; by is who
// asked for the execution.
func Work(p pipeline.Plan, s pipeline.PlannedStep, attempt int, by string) step.Work {
	x, target := p.Execution(), p.Environment
	w := step.Work{Execution: x.String(), Project: x.Project(), Environment: target.Name, StartedBy: by,
		Target: step.Target{Account: target.Account, Region: target.Region, Role: target.Role, Endpoint: target.Endpoint},
		Step:   s.Name, Attempt: attempt, With: s.With, Timeout: s.Timeout(), Packages: map[string]step.Artifact{}, Shown: s.Preview}
	if x.IsRun() {
		w.Runbook = x.Run.Runbook
	} else {
		w.Release = p.Release.String()
	}
	for _, v := range p.Variables {
		w.Variables = append(w.Variables, step.Variable{Name: v.Name, Value: v.Value})
	}
	for _, a := range p.Packages {
		w.Packages[a.Name] = step.Artifact{Version: a.Version.String(), Bucket: a.Location.Bucket, Repository: a.Location.Repository, Key: a.Location.Key,
			VersionID: a.Location.VersionID, Digest: a.Digest, Size: a.Location.Size}
	}
	return w
}
