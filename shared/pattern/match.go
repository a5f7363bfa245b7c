package pattern

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A leaf is a scalar of an event, with the array elements that it lies in.
type leaf struct {
	kind leafKind
	text string // a string's text; anything else as it is written in JSON
	in   membership
}

type leafKind int

const (
	textLeaf leafKind = iota
	numberLeaf
	literalLeaf // true, false or null
)

// scalar returns the leaf for a decoded string, number, boolean or null.
func scalar(value any) leaf {
	switch value := value.(type) {
	case string:
		return leaf{kind: textLeaf, text: value}
	case json.Number:
		return leaf{kind: numberLeaf, text: value.String()}
	case nil:
		return leaf{kind: literalLeaf, text: "null"}
	}
	return leaf{kind: literalLeaf, text: fmt.Sprint(value)}
}

// A membership tells which element of each enclosing array something lies in,
// outermost first. Scalars that are elements themselves add nothing.
type membership []element

type element struct{ array, index int }

// join returns the union of m and other; it is false when they lie in different
// elements of one array.
func (m membership) join(other membership) (membership, bool) {
	joined := slices.Clone(m)
	for _, o := range other {
		at := slices.IndexFunc(joined, func(e element) bool { return e.array == o.array })
		if at < 0 {
			joined = append(joined, o)
		} else if joined[at].index != o.index {
			return nil, false
		}
	}
	return joined, true
}

// A flattener collects the leaves of an event by path.
type flattener struct {
	fields map[string][]leaf
	path   []string
	in     membership
	arrays int
}

// flatten returns the leaves of an event by path.
func flatten(o object) map[string][]leaf {
	f := flattener{fields: map[string][]leaf{}}
	f.object(o)
	return f.fields
}

func (f *flattener) object(o object) {
	for _, m := range o {
		f.path = append(f.path, m.name)
		f.value(m.value)
		f.path = f.path[:len(f.path)-1]
	}
}

func (f *flattener) value(value any) {
	switch value := value.(type) {
	case object:
		f.object(value)
	case []any:
		f.array(value)
	default:
		l := scalar(value)
		l.in = slices.Clone(f.in)
		path := strings.Join(f.path, ".")
		f.fields[path] = append(f.fields[path], l)
	}
}

func (f *flattener) array(elements []any) {
	array := f.arrays
	f.arrays++
	for index, value := range elements {
		switch value.(type) {
		case object, []any:
			f.in = append(f.in, element{array, index})
			f.value(value)
			f.in = f.in[:len(f.in)-1]
		default:
			f.value(value)
		}
	}
}

// matches tells whether one choice of a leaf for each condition meets b, all
// choices lying in the same element of every array that they share.
func (b branch) matches(fields map[string][]leaf) bool { return b.matchesIn(fields, nil) }

// matchesIn is matches, with the elements that the choices for the conditions before
// b lie in. As in event-ruler, a field of another element than theirs is absent.
func (b branch) matchesIn(fields map[string][]leaf, chosen membership) bool {
	if len(b) == 0 {
		return true
	}
	first, rest := b[0], b[1:]
	leaves := fields[first.path]
	for _, place := range first.places(leaves) {
		if joined, ok := chosen.join(place); ok && rest.matchesIn(fields, joined) {
			return true
		}
	}
	return first.absent() && !slices.ContainsFunc(leaves, chosen.shares) && rest.matchesIn(fields, chosen)
}

// shares tells whether l lies in the same elements as m of the arrays that they share.
func (m membership) shares(l leaf) bool {
	_, ok := m.join(l.in)
	return ok
}

// absent tells whether c accepts that there is no leaf.
func (c condition) absent() bool {
	return slices.ContainsFunc(c.anyOf, func(a alternative) bool { return a.absent })
}

// places returns where the leaves lie that c accepts, each place once.
func (c condition) places(leaves []leaf) []membership {
	var places []membership
	for _, l := range leaves {
		accepted := slices.ContainsFunc(c.anyOf, func(a alternative) bool { return !a.absent && a.accepts(l) })
		if !accepted {
			continue
		}
		// Leaves come in order, so that those of one place are neighbours.
		if n := len(places); n == 0 || !slices.Equal(places[n-1], l.in) {
			places = append(places, l.in)
		}
	}
	return places
}
