package pattern

import (
	"fmt"
	"strings"
)

// parseText parses the operators whose operand is a string or, for prefix and
// suffix, also {"equals-ignore-case": string}.
func parseText(operator string, operand any) (func(leaf) bool, error) {
	anyCase := false
	if inner, ok := operand.(object); ok && (operator == "prefix" || operator == "suffix") {
		name, value, err := one(inner)
		if err != nil || name != "equals-ignore-case" {
			return nil, fmt.Errorf("%s takes a string or an object with equals-ignore-case", operator)
		}
		anyCase, operand = true, value
	}
	test, err := textOperator(operator)
	if err != nil {
		return nil, err
	}
	text, ok := operand.(string)
	if !ok {
		return nil, fmt.Errorf("%s must be a string", operator)
	}
	return test(text, anyCase)
}

// textOperator returns the maker of the named test on strings.
func textOperator(operator string) (func(text string, anyCase bool) (func(leaf) bool, error), error) {
	switch operator {
	case "prefix":
		return prefixed, nil
	case "suffix":
		return suffixed, nil
	case "equals-ignore-case":
		return func(text string, _ bool) (func(leaf) bool, error) {
			want := fold(text)
			return onText(func(got string) bool {
				rest, ok := want.cutPrefix(got)
				return ok && rest == ""
			}), nil
		}, nil
	case "wildcard":
		return func(text string, _ bool) (func(leaf) bool, error) { return parseWildcard(text) }, nil
	}
	return nil, fmt.Errorf("unrecognized operator %q; known are prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, exists and cidr", operator)
}

// onText accepts strings that test accepts, and no other values.
func onText(test func(string) bool) func(leaf) bool {
	return func(l leaf) bool { return l.kind == textLeaf && test(l.text) }
}

func prefixed(text string, anyCase bool) (func(leaf) bool, error) {
	if !anyCase {
		return onText(func(got string) bool { return strings.HasPrefix(got, text) }), nil
	}
	want := fold(text)
	return onText(func(got string) bool {
		_, ok := want.cutPrefix(got)
		return ok
	}), nil
}

func suffixed(text string, anyCase bool) (func(leaf) bool, error) {
	if !anyCase {
		return onText(func(got string) bool { return strings.HasSuffix(got, text) }), nil
	}
	want := fold(text)
	return onText(want.isSuffix), nil
}
