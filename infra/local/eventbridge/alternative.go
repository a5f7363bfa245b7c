package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
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
	return accept(exactly(value)), nil
}

func accept(f func(leaf) bool) alternative { return alternative{accepts: f} }

// exactly accepts the scalar want. Numbers are equal when their text is, or
// when they are the same number in the range that EventBridge compares.
func exactly(want any) func(leaf) bool {
	expected := scalar(want)
	micros, comparable := parseMicros(expected)
	return func(l leaf) bool {
		if l.text == expected.text && l.kind == expected.kind {
			return true
		}
		got, ok := parseMicros(l)
		return ok && comparable && got == micros
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

// parseAnythingBut parses the operand of anything-but: a scalar, a list of
// scalars of one type, or one text operator with a string or a list of strings.
func parseAnythingBut(operand any) (func(leaf) bool, error) {
	var refused []func(leaf) bool
	var err error
	if inner, ok := operand.(object); ok {
		refused, err = parseRefusedTexts(inner)
	} else {
		refused, err = parseRefusedScalars(operand)
	}
	if err != nil {
		return nil, fmt.Errorf("anything-but: %w", err)
	}
	return func(l leaf) bool {
		for _, refuses := range refused {
			if refuses(l) {
				return false
			}
		}
		return true
	}, nil
}

func parseRefusedScalars(operand any) ([]func(leaf) bool, error) {
	values := listOf(operand)
	var refused []func(leaf) bool
	kinds := map[leafKind]bool{}
	for _, value := range values {
		switch value.(type) {
		case string:
		case json.Number:
			if _, ok := parseMicros(scalar(value)); !ok {
				return nil, fmt.Errorf("%v is not a number that can be compared: %s", value, comparableRange)
			}
		default:
			return nil, errors.New("the value must be a string, a number, a list of either, or an object with an operator")
		}
		kinds[scalar(value).kind] = true
		refused = append(refused, exactly(value))
	}
	if len(kinds) != 1 {
		return nil, errors.New("the list must hold only strings or only numbers, and at least one")
	}
	return refused, nil
}

func parseRefusedTexts(inner object) ([]func(leaf) bool, error) {
	operator, operand, err := one(inner)
	if err != nil {
		return nil, err
	}
	values := listOf(operand)
	if len(values) == 0 {
		return nil, fmt.Errorf("%s must hold at least one string", operator)
	}
	var refused []func(leaf) bool
	for _, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("%s must be a string or a list of strings", operator)
		}
		if text == "" && (operator == "prefix" || operator == "suffix") {
			return nil, fmt.Errorf("%s must not be empty; it would refuse every string", operator)
		}
		refuses, err := parseText(operator, value)
		if err != nil {
			return nil, err
		}
		refused = append(refused, refuses)
	}
	return refused, nil
}

// listOf returns the elements of an array, or value as the only one.
func listOf(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

// parseCIDR accepts the addresses of the network that operand names; one address
// is no network, as in event-ruler.
func parseCIDR(operand any) (func(leaf) bool, error) {
	text, ok := operand.(string)
	if !ok {
		return nil, errors.New(`cidr must be a string such as "10.0.0.0/24"`)
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, fmt.Errorf("cidr %q is not an address, a slash and mask bits, such as 10.0.0.0/24", text)
	}
	if network.IsSingleIP() {
		return nil, fmt.Errorf("cidr %q: mask bits must be less than %d", text, network.Bits())
	}
	network = network.Masked()
	return onText(func(got string) bool {
		address, err := netip.ParseAddr(got)
		return err == nil && network.Contains(address)
	}), nil
}
