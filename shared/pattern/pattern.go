// Package pattern reads event patterns of Amazon EventBridge and tells which events
// they match. The semantics are those of Amazon's event-ruler.
package pattern

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Pattern is an event pattern, made with [Parse]: every field that it names must
// match, a field by any of its alternatives; fields below an array of objects must
// match within one element.
// The zero Pattern matches nothing.
type Pattern struct{ branches []branch }

// A branch is a conjunction of conditions on distinct paths, in the order of their
// paths; "$or" makes several.
type branch []condition

// A condition is met by a leaf at path that any of the alternatives accepts.
type condition struct {
	path  string // member names joined with "."; arrays don't show
	anyOf []alternative
}

// An alternative accepts values of an event, or the absence of any.
type alternative struct {
	absent  bool
	accepts func(leaf) bool // nil when absent
}

// maxBranches is how many combinations the "$or" fields of one pattern may
// have, per "Complex event pattern example using $or matching".
const maxBranches = 1000

// orKeyword is the member that holds alternatives instead of a field.
const orKeyword = "$or"

// Parse reads an event pattern. The error names the first field that is
// not as the EventBridge user guide describes it.
func Parse(text []byte) (Pattern, error) {
	o, err := decodeObject(text)
	if err != nil {
		return Pattern{}, fmt.Errorf("event pattern: %w", err)
	}
	c := compiler{branches: []branch{nil}}
	if err := c.object(o, nil); err != nil {
		return Pattern{}, fmt.Errorf("event pattern: %w", err)
	}
	for _, b := range c.branches {
		slices.SortFunc(b, func(a, b condition) int { return strings.Compare(a.path, b.path) })
	}
	return Pattern{c.branches}, nil
}

// Match tells whether the event, a JSON object, matches p. Anything else
// matches no pattern.
func (p Pattern) Match(event []byte) bool {
	o, err := decodeObject(event)
	if err != nil {
		return false
	}
	fields := flatten(o)
	return slices.ContainsFunc(p.branches, func(b branch) bool { return b.matches(fields) })
}

// A compiler turns the object of a pattern into branches.
type compiler struct {
	branches []branch
	inOr     bool
}

var errEmptyObject = errors.New("an empty object is not allowed; name a field or leave it out")

// object adds the members of o, which lies at path, to every branch.
func (c *compiler) object(o object, path []string) error {
	if len(o) == 0 {
		return fmt.Errorf("%s: %w", fieldName(path), errEmptyObject)
	}
	for _, m := range o {
		if err := c.member(m, path); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) member(m member, path []string) error {
	if m.name == orKeyword {
		return c.or(m.value, path)
	}
	path = append(slices.Clip(path), m.name)
	if c.inOr && slices.Contains(reservedInOr, m.name) {
		return fmt.Errorf("%s: the name is reserved and can't be a field inside $or", fieldName(path))
	}
	switch value := m.value.(type) {
	case object:
		return c.object(value, path)
	case []any:
		anyOf, err := alternatives(value)
		if err != nil {
			return fmt.Errorf("%s: %w", fieldName(path), err)
		}
		c.add(condition{strings.Join(path, "."), anyOf})
		return nil
	}
	return fmt.Errorf(`%s: must be an object or an array, as in ["value"]`, fieldName(path))
}

// add gives every branch the condition; as in event-ruler it replaces one on the same path.
func (c *compiler) add(added condition) {
	for i, b := range c.branches {
		b = slices.DeleteFunc(slices.Clone(b), func(had condition) bool { return had.path == added.path })
		c.branches[i] = append(b, added)
	}
}

// or multiplies the branches by the alternatives of a "$or" at path.
func (c *compiler) or(value any, path []string) error {
	here := fieldName(append(slices.Clip(path), orKeyword))
	choices, ok := value.([]any)
	if !ok || len(choices) < 2 {
		return fmt.Errorf("%s: must be an array of at least two objects", here)
	}
	if len(c.branches)*len(choices) > maxBranches {
		return fmt.Errorf("%s: makes more than %d combinations", here, maxBranches)
	}
	var all []branch
	for _, choice := range choices {
		o, ok := choice.(object)
		if !ok {
			return fmt.Errorf("%s: must hold only objects", here)
		}
		fork := compiler{branches: slices.Clone(c.branches), inOr: true}
		if err := fork.object(o, path); err != nil {
			return err
		}
		all = append(all, fork.branches...)
	}
	if len(all) > maxBranches {
		return fmt.Errorf("%s: makes more than %d combinations", here, maxBranches)
	}
	c.branches = all
	return nil
}

// fieldName names a field in an error.
func fieldName(path []string) string {
	if len(path) == 0 {
		return "the pattern"
	}
	return "field " + strings.Join(path, ".")
}
