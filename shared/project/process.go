package project

import (
	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// A scope is what the steps of a process may name.
type scope struct {
	runbook      bool                        // the process is a runbook's
	packages     []pipeline.PackageReference // of the release; a runbook has none
	placeholders []string
}

// deploymentScope returns what the steps of p's deployments may name.
func deploymentScope(p pipeline.Project) scope {
	return scope{packages: p.Packages, placeholders: append(builtIn(), variableNames(p)...)}
}

func variableNames(p pipeline.Project) []string {
	var names []string
	for _, v := range p.Variables {
		names = append(names, v.Name)
	}
	return names
}

// process reads the steps of a process.
func (r *reader) process(n *document.Node, in scope) []pipeline.Step {
	var all []pipeline.Step
	names := seen{}
	for _, item := range n.List() {
		s := r.step(item)
		r.once(names, "step", s.Name, item.Place)
		r.parametersOf(item, &s, in)
		all = append(all, s)
	}
	return all
}

// step reads what the steps of all kinds have.
func (r *reader) step(n *document.Node) pipeline.Step {
	kind, _ := n.Get("uses").String()
	retry, _ := n.Get("retry").Int()
	return pipeline.Step{
		Name:    r.name("step", n.Get("name")),
		Kind:    kind,
		Timeout: r.duration(n, "timeout", MaxStepTimeout, DefaultStepTimeout),
		Retry:   retry,
	}
}
