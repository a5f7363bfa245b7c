package project

import (
	"fmt"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

// runbooks checks the environments, the groups and the networks that runbooks and their
// steps name.
func (c *checker) runbooks(n *document.Node, p pipeline.Project) error {
	for _, f := range n.Pairs() {
		c.environments(f.Value.Get("environments"))
		c.groups(f.Value.Get("run-by"))
		c.groups(f.Value.Get("draft-by"))
		b, _ := p.Runbook(f.Name)
		if err := c.steps(f.Value.Get("process"), b.Process); err != nil {
			return fmt.Errorf("runbook %s: %w", f.Name, err)
		}
	}
	return nil
}

// steps checks the groups that the steps of a process ask and the networks that they
// name; n holds what process was read from.
func (c *checker) steps(n *document.Node, process []pipeline.Step) error {
	for i, item := range n.List() {
		kind, ok := step.Lookup(process[i].Kind)
		if !ok {
			return fmt.Errorf("step %s: there is no step kind %q: %w", process[i].Name, process[i].Kind, pipeline.ErrInvalid)
		}
		refs, err := kind.References(process[i].With)
		if err != nil {
			return fmt.Errorf("step %s: %w", process[i].Name, err)
		}
		for _, group := range refs.Groups {
			c.group(group, locateText(item, group).Position)
		}
		c.quorum(refs.Groups, refs.Quorum, locate(item, "quorum").Position)
		for _, network := range refs.Networks {
			c.network(network, locate(item, "network").Position)
		}
	}
	return nil
}
