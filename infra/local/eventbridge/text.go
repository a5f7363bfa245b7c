package eventbridge

import (
	"fmt"
	"strings"
)

// parseText parses the operators whose operand is a string or, for prefix and
// suffix, also {"equals-ignore-case": string}.
func parseText(operator string, operand any) (func(leaf) bool, error) {
	fold := false
	if inner, ok := operand.(object); ok && (operator == "prefix" || operator == "suffix") {
		name, value, err := one(inner)
		if err != nil || name != "equals-ignore-case" {
			return nil, fmt.Errorf("%s takes a string or an object with equals-ignore-case", operator)
		}
		fold, operand = true, value
	}
	test, err := textOperator(operator)
	if err != nil {
		return nil, err
	}
	text, ok := operand.(string)
	if !ok {
		return nil, fmt.Errorf("%s must be a string", operator)
	}
	return test(text, fold)
}

// textOperator returns the maker of the named test on strings.
func textOperator(operator string) (func(text string, fold bool) (func(leaf) bool, error), error) {
	switch operator {
	case "prefix":
		return prefixed, nil
	case "suffix":
		return suffixed, nil
	case "equals-ignore-case":
		return func(text string, _ bool) (func(leaf) bool, error) {
			return onText(func(got string) bool { return strings.EqualFold(got, text) }), nil
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

func prefixed(text string, fold bool) (func(leaf) bool, error) {
	if !fold {
		return onText(func(got string) bool { return strings.HasPrefix(got, text) }), nil
	}
	runes := len([]rune(text))
	return onText(func(got string) bool {
		head := []rune(got)
		return len(head) >= runes && strings.EqualFold(string(head[:runes]), text)
	}), nil
}

func suffixed(text string, fold bool) (func(leaf) bool, error) {
	if !fold {
		return onText(func(got string) bool { return strings.HasSuffix(got, text) }), nil
	}
	runes := len([]rune(text))
	return onText(func(got string) bool {
		tail := []rune(got)
		return len(tail) >= runes && strings.EqualFold(string(tail[len(tail)-runes:]), text)
	}), nil
}
