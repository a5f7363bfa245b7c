package pattern

import (
	"errors"
	"fmt"
)

// reservedInOr are the names that event-ruler keeps for operators and therefore
// doesn't take for fields inside "$or".
var reservedInOr = []string{"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard",
	"numeric", "cidr", "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after",
	"date-on-or-after", "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"}

// alternatives parses the array that a field of a pattern holds.
func alternatives(values []any) ([]alternative, error) {
	if len(values) == 0 {
		return nil, errors.New("an empty array is not allowed; it would match nothing")
	}
	parsed := make([]alternative, len(values))
	for i, value := range values {
		var err error
		if parsed[i], err = parseAlternative(value); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}

func parseAlternative(value any) (alternative, error) {
	switch value := value.(type) {
	case []any:
		return alternative{}, errors.New("a match value must be a string, a number, true, false, null or an object with an operator, not an array")
	case object:
		return parseOperator(value)
	}
	return accept(equalTo(value)), nil
}

func accept(f func(leaf) bool) alternative { return alternative{accepts: f} }

// equalTo accepts the scalar want; if it is an IP address, in any notation, as
// event-ruler does.
func equalTo(want any) func(leaf) bool {
	address, ok := parseAddress(scalar(want).text)
	if !ok {
		return exactly(want)
	}
	return onText(func(text string) bool {
		got, ok := parseAddress(text)
		return ok && got == address
	})
}

// exactly accepts the scalar want. Numbers are equal when their text is, or
// when they are the same number.
func exactly(want any) func(leaf) bool {
	expected := scalar(want)
	value, comparable := number(expected)
	return func(l leaf) bool {
		if l.text == expected.text && l.kind == expected.kind {
			return true
		}
		got, ok := number(l)
		return ok && comparable && got == value
	}
}

// one returns the only member of o, an operator and its operand.
func one(o object) (operator string, operand any, err error) {
	if len(o) != 1 {
		return "", nil, fmt.Errorf("a match expression must have exactly one operator, not %d", len(o))
	}
	return o[0].name, o[0].value, nil
}

// parseOperator parses a match expression such as {"prefix": "a"}.
func parseOperator(o object) (alternative, error) {
	operator, operand, err := one(o)
	if err != nil {
		return alternative{}, err
	}
	switch operator {
	case "exists":
		return parseExists(operand)
	case "numeric":
		accepts, err := parseNumeric(operand)
		return accept(accepts), err
	case "anything-but":
		accepts, err := parseAnythingBut(operand)
		return accept(accepts), err
	case "cidr":
		accepts, err := parseCIDR(operand)
		return accept(accepts), err
	}
	accepts, err := parseText(operator, operand)
	return accept(accepts), err
}

func parseExists(operand any) (alternative, error) {
	want, ok := operand.(bool)
	if !ok {
		return alternative{}, errors.New("exists must be true or false")
	}
	if !want {
		return alternative{absent: true}, nil
	}
	return accept(func(leaf) bool { return true }), nil
}
