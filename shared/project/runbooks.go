package project

import (
	"cmp"
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// runbooks reads the runbooks, sorted by name; p holds what the steps may name.
func (r *reader) runbooks(n, variables *document.Node, p pipeline.Project) []pipeline.Runbook {
	if len(n.Pairs()) > 0 {
		r.checkRunbookVariables(variables)
	}
	var all []pipeline.Runbook
	for _, f := range n.Pairs() {
		r.checkName("runbook", f.Name, f.Position)
		all = append(all, r.runbook(f, p))
	}
	slices.SortFunc(all, func(a, b pipeline.Runbook) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// checkRunbookVariables reports variables with the names of placeholders that only
// runbooks have. Files without runbooks may have them.
func (r *reader) checkRunbookVariables(variables *document.Node) {
	for _, f := range variables.Pairs() {
		if slices.Contains(builtInRunbook(), f.Name) && !slices.Contains(builtIn(), f.Name) {
			r.takenByPlaceholder("variable", f)
		}
	}
}

// runbook reads a runbook.
func (r *reader) runbook(f document.Field, p pipeline.Project) pipeline.Runbook {
	n := f.Value
	b := pipeline.Runbook{
		Name:         f.Name,
		Environments: r.runbookEnvironments(n.Get("environments")),
		Publish:      pipeline.EntryAutomatic,
		RunBy:        r.groups(n.Get("run-by")),
		DraftBy:      r.groups(n.Get("draft-by")),
		Schedule:     r.schedule(n),
		Concurrency:  pipeline.ConcurrencyQueue,
		Keep:         pipeline.DefaultKeep,
	}
	b.Description, _ = n.Get("description").String()
	if written, ok := n.Get("publish").String(); ok {
		b.Publish = pipeline.Entry(written)
	}
	if written, ok := n.Get("concurrency").String(); ok {
		b.Concurrency = pipeline.Concurrency(written)
	}
	if written, ok := n.Get("keep").Int(); ok {
		b.Keep = written
	}
	b.Events = r.triggers(n.Get("on"), p.Name, b)
	b.Prompts = r.prompts(n.Get("prompts"), p, b)
	b.Process = r.process(n.Get("process"), runbookScope(p, b))
	r.checkPublishing(n, b)
	return b
}

// runbookScope returns what the steps of b may name.
func runbookScope(p pipeline.Project, b pipeline.Runbook) scope {
	names := append(builtInRunbook(), variableNames(p)...)
	for _, prompt := range b.Prompts {
		names = append(names, prompt.Name)
	}
	return scope{runbook: true, placeholders: names}
}

// runbookEnvironments reads the environments that a runbook runs in.
func (r *reader) runbookEnvironments(n *document.Node) []string {
	var all []string
	for _, item := range n.List() {
		name := r.name("environment", item)
		if name != "" && slices.Contains(all, name) {
			r.problems.Add(item.Position, "remove one of them", "environment %q is in this runbook already", name)
			continue
		}
		all = append(all, name)
	}
	return all
}

// groups reads a list of groups of people.
func (r *reader) groups(n *document.Node) []string {
	var all []string
	for _, item := range n.List() {
		all = append(all, r.name("group", item))
	}
	return all
}

// checkPublishing reports a runbook that nobody could publish.
func (r *reader) checkPublishing(n *document.Node, b pipeline.Runbook) {
	if b.Publish == pipeline.EntryOnRequest && len(b.DraftBy) == 0 {
		r.problems.Add(n.Get("publish").Place, "name groups under draft-by, as in draft-by: [developers]",
			"runbook %q is published on request, and nobody may publish it", b.Name)
	}
}
