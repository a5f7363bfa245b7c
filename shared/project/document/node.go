// Package document reads YAML documents that people write, such as the project
// file. It keeps the line and column of everything in them and finds all the
// problems of a document at once.
//
// It accepts the part of YAML 1.2 that means the same as JSON: one document, keys
// that are text, no key twice in a mapping, no anchors, aliases, tags or merge keys.
package document

import (
	"strconv"
)

// A Kind is the shape of a node.
type Kind int

// The kinds.
const (
	Scalar Kind = iota
	Mapping
	Sequence
)

// A Node is a value in a document. The methods of a nil Node answer as those of
// an absent value, so that a reader can go down a path without checks.
type Node struct {
	Position          // where the value starts
	Place    Position // where the value is named: at its key, else where it starts
	Kind     Kind
	Flow     bool           // the mapping or sequence is written in braces or brackets
	Value    any            // of a scalar: string, bool, int64, uint64, float64 or nil
	Text     string         // of a scalar: as written, without quotes; "" for nil
	Fields   []Field        // of a mapping, in the document's order
	Items    []*Node        // of a sequence
	index    map[string]int // of a mapping: where in Fields a key is
}

// A Field is a key of a mapping with its value.
type Field struct {
	Position // of the key
	Name     string
	Value    *Node
}

// Get returns the value of a key of a mapping, or nil.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	f, _ := n.field(name)
	return f.Value
}

// String returns the text of a scalar that is text, and whether it is one.
func (n *Node) String() (text string, ok bool) {
	if n == nil || n.Kind != Scalar {
		return "", false
	}
	text, ok = n.Value.(string)
	return text, ok
}

// Int returns the value of a scalar that is a whole number, and whether it is one.
func (n *Node) Int() (value int, ok bool) {
	if n == nil {
		return 0, false
	}
	switch v := n.Value.(type) {
	case int64:
		return int(v), int64(int(v)) == v
	case uint64:
		return int(v), int(v) >= 0 && uint64(int(v)) == v
	}
	return 0, false
}

// Bool returns the value of a scalar that is true or false, and whether it is one.
func (n *Node) Bool() (value, ok bool) {
	if n == nil {
		return false, false
	}
	value, ok = n.Value.(bool)
	return value, ok
}

// List returns the items of a sequence; there are none in anything else.
func (n *Node) List() []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// Pairs returns the fields of a mapping; there are none in anything else.
func (n *Node) Pairs() []Field {
	if n == nil {
		return nil
	}
	return n.Fields
}

// JSON returns the value as package encoding/json would decode it, except that
// whole numbers stay whole.
func (n *Node) JSON() any {
	switch n.Kind {
	case Mapping:
		object := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			object[f.Name] = f.Value.JSON()
		}
		return object
	case Sequence:
		array := make([]any, len(n.Items))
		for i, item := range n.Items {
			array[i] = item.JSON()
		}
		return array
	}
	return n.Value
}

// Strings calls yield for every scalar below n, or n itself, that is text.
func (n *Node) Strings(yield func(*Node) bool) {
	n.each(yield)
}

func (n *Node) each(yield func(*Node) bool) bool {
	if _, ok := n.String(); ok {
		return yield(n)
	}
	for _, f := range n.Pairs() {
		if !f.Value.each(yield) {
			return false
		}
	}
	for _, item := range n.List() {
		if !item.each(yield) {
			return false
		}
	}
	return true
}

// field returns the field of a mapping by name.
func (n *Node) field(name string) (Field, bool) {
	i, ok := n.index[name]
	if !ok {
		return Field{}, false
	}
	return n.Fields[i], true
}

// at follows path, a JSON pointer's segments, as far as it leads.
func (n *Node) at(path []string) *Node {
	for _, segment := range path {
		next := n.Get(segment)
		if i, err := strconv.Atoi(segment); err == nil && n.Kind == Sequence && i < len(n.Items) {
			next = n.Items[i]
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}
