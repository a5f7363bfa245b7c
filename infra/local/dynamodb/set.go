package dynamodb

import (
	"cmp"
	"slices"
	"strings"
)

// decodeSet reads the content of a set: an array of strings, never empty and without duplicates.
func decodeSet(k kind, raw []byte) (value, error) {
	elements, err := decodeAs[[]string](k, raw)
	if err != nil {
		return nil, err
	}
	if len(elements) == 0 {
		return nil, invalid("One or more parameter values were invalid: An %s set  may not be empty", elementName(k))
	}
	var set value
	switch k {
	case kindTextSet:
		set, err = newSet(elements, func(s string) (text, error) { return text(s), nil }, cmp.Compare[text])
	case kindNumberSet:
		set, err = newSet(elements, parseNumber, number.compare)
	default:
		set, err = newSet(elements, func(s string) (binary, error) {
			b, err := decodeBinary(s)
			if err != nil {
				return "", err
			}
			return b.(binary), nil
		}, cmp.Compare[binary])
	}
	return set, err
}

func elementName(k kind) string {
	switch k {
	case kindTextSet:
		return "string"
	case kindNumberSet:
		return "number"
	}
	return "binary"
}

// newSet parses, orders and checks the elements of a set.
func newSet[T comparable](elements []string, parse func(string) (T, error), order func(a, b T) int) (value, error) {
	parsed := make([]T, len(elements))
	for i, s := range elements {
		element, err := parse(s)
		if err != nil {
			return nil, err
		}
		parsed[i] = element
	}
	slices.SortFunc(parsed, order)
	if len(slices.Compact(slices.Clone(parsed))) < len(parsed) {
		return nil, duplicates(elements, parsed[0])
	}
	return asSet(parsed), nil
}

// duplicates refuses a set in which an element occurs twice.
func duplicates(elements []string, first any) error {
	if _, isNumber := first.(number); isNumber {
		return invalid("Input collection contains duplicates")
	}
	return invalid("One or more parameter values were invalid: Input collection [%s] contains duplicates",
		strings.Join(elements, ", "))
}

// asSet gives sorted elements their set type.
func asSet[T comparable](sorted []T) value {
	switch sorted := any(sorted).(type) {
	case []text:
		return textSet(sorted)
	case []number:
		return numberSet(sorted)
	case []binary:
		return binarySet(sorted)
	}
	return nil
}

// union returns the elements of both sets; ok is false when they are not sets of the same kind.
func union(a, b value) (set value, ok bool) {
	switch a := a.(type) {
	case textSet:
		b, same := b.(textSet)
		return textSet(merge(a, b, cmp.Compare[text])), same
	case numberSet:
		b, same := b.(numberSet)
		return numberSet(merge(a, b, number.compare)), same
	case binarySet:
		b, same := b.(binarySet)
		return binarySet(merge(a, b, cmp.Compare[binary])), same
	}
	return nil, false
}

func merge[T comparable](a, b []T, order func(a, b T) int) []T {
	all := slices.Concat(a, b)
	slices.SortFunc(all, order)
	return slices.Compact(all)
}

// difference returns the elements of a that b lacks, nil when none is left; ok
// is false when a and b are not sets of the same kind.
func difference(a, b value) (set value, ok bool) {
	switch a := a.(type) {
	case textSet:
		b, same := b.(textSet)
		return without(a, b), same
	case numberSet:
		b, same := b.(numberSet)
		return without(a, b), same
	case binarySet:
		b, same := b.(binarySet)
		return without(a, b), same
	}
	return nil, false
}

func without[T comparable](a, b []T) value {
	var left []T
	for _, element := range a {
		if !slices.Contains(b, element) {
			left = append(left, element)
		}
	}
	if left == nil {
		return nil
	}
	return asSet(left)
}
