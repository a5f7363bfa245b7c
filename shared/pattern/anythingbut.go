package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
)

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
			if _, ok := number(scalar(value)); !ok {
				return nil, fmt.Errorf("%v is too large a number", value)
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
	if _, err := textOperator(operator); err != nil {
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
