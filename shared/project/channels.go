package project

import (
	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// A rule is what versions a channel takes, as it is written.
type rule struct {
	name, versions, prerelease string
}

// channels reads the channels and ties them to the lifecycles.
func (r *reader) channels(n, lifecycles *document.Node) []pipeline.Channel {
	var all []pipeline.Channel
	var earlier []*rule
	names, used := seen{}, map[string]bool{}
	resolved := len(n.List()) > 0 // every channel names a lifecycle that there is
	for _, item := range n.List() {
		c, own := r.channel(item)
		r.once(names, "channel", c.Name, item.Place)
		r.checkReachable(own, earlier, item)
		resolved = r.checkLifecycle(item.Get("lifecycle"), lifecycles) && resolved
		all, earlier, used[c.Lifecycle] = append(all, c), append(earlier, own), true
	}
	if resolved {
		r.checkUsed(lifecycles, used)
	}
	return all
}

// checkUsed reports lifecycles that no channel names.
func (r *reader) checkUsed(lifecycles *document.Node, used map[string]bool) {
	for _, f := range lifecycles.Pairs() {
		if !used[f.Name] {
			r.problems.Add(f.Position, "remove it or name it in a channel", "lifecycle %q: no channel uses it, so that no release enters its phases", f.Name)
		}
	}
}

// channel reads a channel and its rule, which is nil when it can't be compared.
func (r *reader) channel(n *document.Node) (pipeline.Channel, *rule) {
	name := r.name("channel", n.Get("name"))
	lifecycle, _ := n.Get("lifecycle").String()
	versions, _ := n.Get("versions").String()
	prerelease, _ := n.Get("prerelease").String()
	if _, err := pipeline.NewChannel(name, versions, "", lifecycle); err != nil {
		r.problems.AddRule(n.Get("versions").Position, "", err)
		return pipeline.Channel{Name: name, Lifecycle: lifecycle}, nil
	}
	c, err := pipeline.NewChannel(name, versions, prerelease, lifecycle)
	if err != nil {
		r.problems.AddRule(n.Get("prerelease").Position, "", err)
		return pipeline.Channel{Name: name, Lifecycle: lifecycle}, nil
	}
	return c, &rule{name, versions, prerelease}
}

// checkLifecycle tells whether the file has a channel's lifecycle, and reports it
// when it doesn't.
func (r *reader) checkLifecycle(n, lifecycles *document.Node) bool {
	name, ok := n.String()
	if !ok || lifecycles.Get(name) != nil {
		return ok
	}
	var known []string
	for _, f := range lifecycles.Pairs() {
		known = append(known, f.Name)
	}
	r.problems.Add(n.Position, document.Choice(name, known, "the lifecycles here are"), "lifecycle %q is not in this file", name)
	return false
}

// checkReachable reports a channel behind one that takes all its versions, since
// the first channel that fits a version takes it. It sees the plain cases: the
// earlier channel has no rule where this one has one, or the same.
func (r *reader) checkReachable(own *rule, earlier []*rule, n *document.Node) {
	for _, e := range earlier {
		if own != nil && e != nil && (e.versions == "" || e.versions == own.versions) && (e.prerelease == "" || e.prerelease == own.prerelease) {
			r.problems.Add(n.Place, "put the channel with the narrower rules first or change the rules",
				"channel %q is never reached: channel %q before it takes every version that fits", own.name, e.name)
			return
		}
	}
}
