package dynamodb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A path leads into an item, as a.b[0].c does; its first step is a name.
type path []step

// A step is a member of a document, or, where its name is empty, an element of a list.
type step struct {
	name  string
	index int
}

func (s step) isIndex() bool { return s.name == "" }

func (s step) String() string {
	if s.isIndex() {
		return "[" + strconv.Itoa(s.index) + "]"
	}
	return s.name
}

// String writes the path as DynamoDB's messages do: [a, b, [0]].
func (p path) String() string {
	steps := make([]string, len(p))
	for i, s := range p {
		steps[i] = s.String()
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// find returns what lies at p in it, or nil.
func (p path) find(it item) value {
	var at value = it
	for _, s := range p {
		if at = s.in(at); at == nil {
			return nil
		}
	}
	return at
}

// in returns the part of v that the step leads to, or nil.
func (s step) in(v value) value {
	switch v := v.(type) {
	case document:
		if !s.isIndex() {
			return v[s.name]
		}
	case list:
		if s.isIndex() && s.index < len(v) {
			return v[s.index]
		}
	}
	return nil
}

// comparePaths orders paths by their steps, elements of a list by number.
func comparePaths(a, b path) int {
	return slices.CompareFunc(a, b, func(s, t step) int {
		return cmp.Or(cmp.Compare(s.name, t.name), cmp.Compare(s.index, t.index))
	})
}

// checkOverlap tells what is wrong with paths of which one contains another, or
// which treat the same value both as a list and as a document; "" when nothing is.
func checkOverlap(paths []path) (fault string) {
	for i, a := range paths {
		for _, b := range paths[:i] {
			if how := overlap(b, a); how != "" {
				return "Two document paths " + how + " with each other; must remove or rewrite one of these paths; " +
					"path one: " + b.String() + ", path two: " + a.String()
			}
		}
	}
	return ""
}

func overlap(a, b path) string {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i].isIndex() != b[i].isIndex():
			return "conflict"
		case a[i] != b[i]:
			return ""
		}
	}
	return "overlap"
}
