package platform

import (
	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// networks reads the networks; nil when there are none.
func (r *reader) networks(n *document.Node) []Network {
	var all []Network
	first := make(map[string]document.Position) // by name
	for _, item := range n.List() {
		network := Network{Name: text(item, "name"), VPC: text(item, "vpc"),
			Subnets: words(item.Get("subnets")), SecurityGroups: words(item.Get("security-groups"))}
		if at, again := first[network.Name]; again && network.Name != "" {
			r.problems.Add(item.Place, "give each a name of its own", "network %q: line %d has one of that name", network.Name, at.Line)
		}
		if network.Name != "" {
			r.check(item.Get("name").Position, pipeline.CheckName("network", network.Name))
		}
		first[network.Name] = item.Place
		all = append(all, network)
	}
	return all
}
