package project

import (
	"fmt"

	"slipway/shared/project/document"
)

func (c *checker) groups(n *document.Node) {
	for _, item := range n.List() {
		name, _ := item.String()
		c.group(name, item.Position)
	}
}

func (c *checker) group(name string, at document.Position) {
	if _, ok := c.platform.Groups[name]; !ok {
		c.problems.Add(at, document.Choice(name, c.platform.GroupNames(), "the groups there are"),
			"group %q is not in the platform file", name)
	}
}

// approval checks the groups of an approval policy and its quorum.
func (c *checker) approval(n *document.Node) {
	if n == nil {
		return
	}
	var groups []string
	for _, item := range n.Get("approvers").List() {
		name, _ := item.String()
		c.group(name, item.Position)
		groups = append(groups, name)
	}
	at := n.Place
	if written := n.Get("quorum"); written != nil {
		at = written.Position
	}
	c.quorum(groups, quorum(n), at)
}

// quorum reports groups that have too few members between them, when all of the
// groups are there.
func (c *checker) quorum(groups []string, quorum int, at document.Position) {
	for _, name := range groups {
		if _, ok := c.platform.Groups[name]; !ok {
			return
		}
	}
	if members := len(c.platform.Members(groups...)); members < quorum {
		c.problems.Add(at, fmt.Sprintf("ask for at most %d or add people to the groups in the platform file", members),
			"a quorum of %d can never be met: the approvers are %d", quorum, members)
	}
}

// quorum returns the quorum of an approval policy, 1 when it says none.
func quorum(approval *document.Node) int {
	if written, ok := approval.Get("quorum").Int(); ok {
		return written
	}
	return 1
}
