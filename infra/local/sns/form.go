package sns

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"slipway/infra/local/awsjson"
)

// maxDepth is how many names a parameter may be made of; the longest that SNS
// knows, of an attribute in a batch, has eight.
const maxDepth = 10

var listIndex = regexp.MustCompile(`^[1-9][0-9]{0,4}$`)

// A node is what a request of the query protocol has under one name: a value, or
// parameters below it. "Names.member.2=x" is a list, and "Values.entry.1.key=x" a
// map, which is a list of entries with a key and a value.
type node struct {
	value string
	below map[string]*node
}

// parseForm returns the parameters as the JSON object that they stand for, with a
// string for every value, or the refusal of what can't be one.
func parseForm(parameters url.Values) (any, error) {
	root := &node{below: map[string]*node{}}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		values := parameters[name]
		if len(values) != 1 {
			return nil, malformed("the parameter %q is given %d times", name, len(values))
		}
		if !utf8.ValidString(name + values[0]) {
			return nil, malformed("the parameter %q is not UTF-8", name)
		}
		if err := root.add(name, values[0]); err != nil {
			return nil, err
		}
	}
	return root.object()
}

func malformed(format string, args ...any) error {
	return awsjson.Errorf("MalformedInput", format, args...)
}

// add puts value under a name such as "Names.member.2".
func (n *node) add(name, value string) error {
	parts := strings.Split(name, ".")
	if len(parts) > maxDepth || slices.Contains(parts, "") {
		return malformed("the parameter name %q must be 1 to %d names joined by dots", name, maxDepth)
	}
	for _, part := range parts {
		if n.below == nil {
			n.below = map[string]*node{}
		}
		if n.below[part] == nil {
			n.below[part] = &node{}
		}
		n = n.below[part]
	}
	n.value = value
	return nil
}

// shape returns n as what JSON calls a string, an array or an object.
func (n *node) shape() (any, error) {
	if n.below == nil {
		return n.value, nil
	}
	if n.value != "" {
		return nil, malformed("a parameter with the value %q has other parameters below it", n.value)
	}
	for _, list := range []string{"member", "entry"} {
		if items := n.below[list]; items != nil && len(n.below) == 1 {
			return items.array()
		}
	}
	return n.object()
}

func (n *node) object() (any, error) {
	members := map[string]any{}
	for name, below := range n.below {
		member, err := below.shape()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		members[name] = member
	}
	return members, nil
}

// array returns the items below n in the order of their numbers, which may have gaps.
func (n *node) array() (any, error) {
	byNumber := map[int]*node{}
	for name, item := range n.below {
		number, err := strconv.Atoi(name)
		if !listIndex.MatchString(name) || err != nil {
			return nil, malformed("the items of a list must be numbered from 1, not %q", name)
		}
		byNumber[number] = item
	}
	items := []any{}
	for _, number := range slices.Sorted(maps.Keys(byNumber)) {
		item, err := byNumber[number].shape()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
