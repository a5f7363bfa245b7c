package project

import (
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/project/document"
)

// Check tells whether the platform has the environments, the repositories, the networks
// and the groups of people that the file names, and enough people for each quorum. The
// error is a [Problems] when it does not.
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
			c.environments(phase.Get("environments"))
			c.approval(phase.Get("approval"))
		}
	}
	for _, variable := range root.Get("variables").Pairs() {
		for _, scope := range variable.Value.Get("when").List() {
			c.environment(scope.Get("environment"))
		}
	}
	if err := c.steps(root.Get("process"), d.Project.Process); err != nil {
		return err
	}
	if err := c.runbooks(root.Get("runbooks"), d.Project); err != nil {
		return err
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

func (c *checker) environments(n *document.Node) {
	for _, item := range n.List() {
		c.environment(item)
	}
}

func (c *checker) environment(n *document.Node) {
	name, _ := n.String()
	if _, ok := c.platform.Environment(name); !ok {
		c.problems.Add(n.Position, document.Choice(name, c.platform.EnvironmentNames(), "the environments there are"),
			"environment %q is not in the platform file", name)
	}
}

func (c *checker) network(name string, at document.Position) {
	if known := c.platform.NetworkNames(); !slices.Contains(known, name) {
		c.problems.Add(at, document.Choice(name, known, "the networks there are"),
			"network %q is not in the platform file", name)
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
