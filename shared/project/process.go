package project

import (
	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// process reads the steps; p holds the packages and variables that they may name.
func (r *reader) process(n *document.Node, p pipeline.Project) []pipeline.Step {
	placeholders := builtIn()
	for _, v := range p.Variables {
		placeholders = append(placeholders, v.Name)
	}
	var all []pipeline.Step
	names := seen{}
	for _, item := range n.List() {
		s := r.step(item)
		r.once(names, "step", s.Name, item.Place)
		r.parametersOf(item, &s, p.Packages, placeholders)
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
