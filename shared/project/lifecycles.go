package project

import (
	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// lifecycles reads the lifecycles in the file's order.
func (r *reader) lifecycles(n *document.Node) []pipeline.Lifecycle {
	var all []pipeline.Lifecycle
	for _, f := range n.Pairs() {
		r.checkName("lifecycle", f.Name, f.Position)
		l := pipeline.Lifecycle{Name: f.Name}
		phases, environments := seen{}, seen{}
		for _, item := range f.Value.List() {
			p := r.phase(item, environments)
			r.once(phases, "phase", p.Name, item.Place)
			l.Phases = append(l.Phases, p)
		}
		all = append(all, l)
	}
	return all
}

// phase reads a phase; environments are those of the phases before it.
func (r *reader) phase(n *document.Node, environments seen) pipeline.Phase {
	entry, _ := n.Get("deploy").String()
	p := pipeline.Phase{
		Name:     r.name("phase", n.Get("phase")),
		Entry:    pipeline.Entry(entry),
		Soak:     r.duration(n, "soak", MaxSoak, 0),
		Approval: r.approval(n.Get("approval")),
	}
	for _, item := range n.Get("environments").List() {
		name := r.name("environment", item)
		if first, again := environments[name]; again && name != "" {
			r.problems.Add(item.Position, "keep it in one phase", "environment %q is in this lifecycle already, in line %d", name, first.Line)
			continue
		}
		environments[name] = item.Position
		p.Environments = append(p.Environments, name)
	}
	return p
}

// approval reads an approval policy; there is none when n is nil.
func (r *reader) approval(n *document.Node) *pipeline.ApprovalPolicy {
	if n == nil {
		return nil
	}
	policy := &pipeline.ApprovalPolicy{
		Quorum:  quorum(n),
		Timeout: r.duration(n, "timeout", MaxApprovalTimeout, DefaultApprovalTimeout),
	}
	for _, item := range n.Get("approvers").List() {
		policy.Approvers = append(policy.Approvers, r.name("group", item))
	}
	for _, item := range n.Get("not").List() {
		policy.Not = append(policy.Not, pipeline.Exclusion(item.Text))
	}
	return policy
}
