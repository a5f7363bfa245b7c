package pattern

import "slices"

// Admits tells whether p may match an event that has these texts at these paths
// (member names joined with "."), whatever else it has. With a text that no event
// has, it tells whether p takes just any.
func (p Pattern) Admits(known map[string]string) bool {
	return slices.ContainsFunc(p.branches, func(b branch) bool { return b.admits(known) })
}

// admits tells whether none of the conditions of b is unmet.
func (b branch) admits(known map[string]string) bool {
	for _, c := range b {
		if text, ok := known[c.path]; ok && len(c.places([]leaf{{kind: textLeaf, text: text}})) == 0 {
			return false
		}
	}
	return true
}
