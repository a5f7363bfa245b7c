package dynamodb

import "slices"

// A source yields the value that SET puts somewhere, from the item as it was.
type source interface{ resolve(item) (value, error) }

type (
	// A sum is left + right, or left - right where minus is set.
	sum struct {
		left, right source
		minus       bool
	}
	// A fallback is if_not_exists: what is at the path, or else another source.
	fallback struct {
		at        path
		otherwise source
	}
	// A concatenation is list_append.
	concatenation struct{ left, right source }
)

func (p path) resolve(it item) (value, error) {
	v := p.find(it)
	if v == nil {
		return nil, invalid("The provided expression refers to an attribute that does not exist in the item")
	}
	return v, nil
}

func (l literal) resolve(item) (value, error) { return l.value, nil }

func (s sum) resolve(it item) (value, error) {
	left, err := resolveAs[number](s.left, it)
	if err != nil {
		return nil, err
	}
	right, err := resolveAs[number](s.right, it)
	if err != nil {
		return nil, err
	}
	if s.minus {
		right = right.negate()
	}
	return left.add(right)
}

func (f fallback) resolve(it item) (value, error) {
	if v := f.at.find(it); v != nil {
		return v, nil
	}
	return f.otherwise.resolve(it)
}

func (c concatenation) resolve(it item) (value, error) {
	left, err := resolveAs[list](c.left, it)
	if err != nil {
		return nil, err
	}
	right, err := resolveAs[list](c.right, it)
	return slices.Concat(left, right), err
}

// resolveAs refuses a value of any type but T.
func resolveAs[T value](s source, it item) (T, error) {
	v, err := s.resolve(it)
	if err != nil {
		return *new(T), err
	}
	typed, ok := v.(T)
	if !ok {
		return typed, wrongOperand()
	}
	return typed, nil
}
