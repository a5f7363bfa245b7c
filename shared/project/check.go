package project

import (
	"fmt"
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/project/document"
)

// Check tells whether the platform has the environments, the repositories and the
// groups of people that the file names, and enough people for each quorum. The error is a
// [Problems] when it does not.
func (d Document) Check(p platform.Platform) error {
	root, err := d.again()
	if err != nil {
		return err
	}
	c := checker{platform: p}
	for _, f := range root.Get("packages").Pairs() {
		c.repository(f.Value.Get("repository"))
	}
	for _, lifecycle := range root.Get("lifecycles").Pairs() {
		for _, phase := range lifecycle.Value.List() {
			for _, environment := range phase.Get("environments").List() {
				c.environment(environment)
			}
			c.approval(phase.Get("approval"))
		}
	}
	for _, variable := range root.Get("variables").Pairs() {
		for _, scope := range variable.Value.Get("when").List() {
			c.environment(scope.Get("environment"))
		}
	}
	return c.problems.Join(nil).Err()
}

// CheckFeeds tells whether other projects have the same packages from the same feeds:
// uses holds, by package, what they say. A package is pushed to one place. The error
// is a [Problems] when they don't.
func (d Document) CheckFeeds(uses map[string][]pipeline.PackageUse) error {
	root, err := d.again()
	if err != nil {
		return err
	}
	var problems document.Problems
	for _, f := range root.Get("packages").Pairs() {
		i := slices.IndexFunc(d.Project.Packages, func(ref pipeline.PackageReference) bool { return ref.Name == f.Name })
		for _, use := range uses[f.Name] {
			if own := d.Project.Packages[i]; use.Project != d.Project.Name && (use.Feed != own.Feed || use.Repository != own.Repository) {
				problems.Add(f.Value.Place, "write the same, or give the package another name",
					"package %q: project %s has it from %s", f.Name, use.Project, use)
			}
		}
	}
	return problems.Join(nil).Err()
}

// A checker collects what a project file names and the platform doesn't have.
type checker struct {
	platform platform.Platform
	problems document.Problems
}

func (c *checker) environment(n *document.Node) {
	name, _ := n.String()
	if _, ok := c.platform.Environment(name); !ok {
		c.problems.Add(n.Position, document.Choice(name, c.platform.EnvironmentNames(), "the environments there are"),
			"environment %q is not in the platform file", name)
	}
}

func (c *checker) repository(n *document.Node) {
	if n == nil {
		return
	}
	name, _ := n.String()
	if !slices.Contains(c.platform.Repositories, name) {
		c.problems.Add(n.Position, document.Choice(name, c.platform.Repositories, "the repositories there are"),
			"repository %q is not in the platform file", name)
	}
}

// approval checks the groups and, when all of them are there, the quorum.
func (c *checker) approval(n *document.Node) {
	if n == nil {
		return
	}
	var groups []string
	for _, item := range n.Get("approvers").List() {
		name, _ := item.String()
		if _, ok := c.platform.Groups[name]; !ok {
			c.problems.Add(item.Position, document.Choice(name, c.platform.GroupNames(), "the groups there are"),
				"group %q is not in the platform file", name)
			continue
		}
		groups = append(groups, name)
	}
	members := len(c.platform.Members(groups...))
	if len(groups) < len(n.Get("approvers").List()) || members >= quorum(n) {
		return
	}
	at := n.Place
	if written := n.Get("quorum"); written != nil {
		at = written.Position
	}
	c.problems.Add(at, fmt.Sprintf("ask for at most %d or add people to the groups in the platform file", members),
		"a quorum of %d can never be met: the approvers are %d", quorum(n), members)
}

// quorum returns the quorum of an approval policy, 1 when it says none.
func quorum(approval *document.Node) int {
	if written, ok := approval.Get("quorum").Int(); ok {
		return written
	}
	return 1
}
