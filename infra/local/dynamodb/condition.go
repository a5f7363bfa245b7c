package dynamodb

import (
	"slices"
	"strings"
)

// A condition is a condition, filter or key condition expression. An absent
// attribute makes every predicate on it false but <> and attribute_not_exists.
type condition interface{ holds(item) bool }

type (
	disjunction struct{ left, right condition }
	conjunction struct{ left, right condition }
	negation    struct{ of condition }

	// A comparison is left operator right, the operator one of = <> < <= > >=.
	comparison struct {
		operator    string
		left, right operand
	}
	between struct{ of, low, high operand }
	// A membership is the operator IN.
	membership struct {
		of   operand
		list []operand
	}
	// An existence is attribute_exists, or attribute_not_exists where not is set.
	existence struct {
		of  path
		not bool
	}
	typeTest struct {
		of   operand
		kind kind
	}
	prefixTest  struct{ of, prefix operand }
	containment struct{ of, element operand }
)

func (d disjunction) holds(it item) bool { return d.left.holds(it) || d.right.holds(it) }
func (c conjunction) holds(it item) bool { return c.left.holds(it) && c.right.holds(it) }
func (n negation) holds(it item) bool    { return !n.of.holds(it) }
func (e existence) holds(it item) bool   { return (e.of.find(it) != nil) != e.not }

func (c comparison) holds(it item) bool {
	left, right := c.left.evaluate(it), c.right.evaluate(it)
	switch c.operator {
	case "=":
		return equal(left, right)
	case "<>":
		return !equal(left, right)
	}
	order, ok := compare(left, right)
	switch c.operator {
	case "<":
		return ok && order < 0
	case "<=":
		return ok && order <= 0
	case ">":
		return ok && order > 0
	}
	return ok && order >= 0
}

func (b between) holds(it item) bool {
	v := b.of.evaluate(it)
	low, isLow := compare(b.low.evaluate(it), v)
	high, isHigh := compare(v, b.high.evaluate(it))
	return isLow && isHigh && low <= 0 && high <= 0
}

func (m membership) holds(it item) bool {
	v := m.of.evaluate(it)
	return slices.ContainsFunc(m.list, func(o operand) bool { return equal(v, o.evaluate(it)) })
}

func (t typeTest) holds(it item) bool {
	v := t.of.evaluate(it)
	return v != nil && v.kind() == t.kind
}

func (t prefixTest) holds(it item) bool {
	switch v := t.of.evaluate(it).(type) {
	case text:
		prefix, same := t.prefix.evaluate(it).(text)
		return same && strings.HasPrefix(string(v), string(prefix))
	case binary:
		prefix, same := t.prefix.evaluate(it).(binary)
		return same && strings.HasPrefix(string(v), string(prefix))
	}
	return false
}

func (c containment) holds(it item) bool {
	element := c.element.evaluate(it)
	switch v := c.of.evaluate(it).(type) {
	case text:
		part, same := element.(text)
		return same && strings.Contains(string(v), string(part))
	case binary:
		part, same := element.(binary)
		return same && strings.Contains(string(v), string(part))
	case list:
		return slices.ContainsFunc(v, func(e value) bool { return equal(e, element) })
	case textSet:
		member, same := element.(text)
		return same && slices.Contains(v, member)
	case numberSet:
		member, same := element.(number)
		return same && slices.Contains(v, member)
	case binarySet:
		member, same := element.(binary)
		return same && slices.Contains(v, member)
	}
	return false
}
