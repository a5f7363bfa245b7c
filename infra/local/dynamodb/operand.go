package dynamodb

import (
	"slices"
	"unicode/utf16"
)

// An operand yields a value from an item, or nil when the item has none there.
type operand interface{ evaluate(item) value }

type (
	// A literal is a value that the request gives.
	literal struct{ value value }
	// A size is the function size: a number for binaries, lists, documents, sets,
	// and text, which it measures in units of UTF-16.
	size struct{ of operand }
)

func (p path) evaluate(it item) value { return p.find(it) }

func (l literal) evaluate(item) value { return l.value }

func (s size) evaluate(it item) value {
	n := 0
	switch v := s.of.evaluate(it).(type) {
	case text:
		n = len(utf16.Encode([]rune(string(v))))
	case binary:
		n = len(v)
	case list:
		n = len(v)
	case document:
		n = len(v)
	case textSet:
		n = len(v)
	case numberSet:
		n = len(v)
	case binarySet:
		n = len(v)
	default:
		return nil
	}
	return wholeNumber(n)
}

// staticKind is the kind that an operand always has, or "" where that depends on the item.
func staticKind(o operand) kind {
	switch o := o.(type) {
	case literal:
		return o.value.kind()
	case size:
		return kindNumber
	}
	return ""
}

// samePath tells whether both operands are the same document path.
func samePath(a, b operand) (path, bool) {
	p, isPath := a.(path)
	q, isToo := b.(path)
	return p, isPath && isToo && slices.Equal(p, q)
}
