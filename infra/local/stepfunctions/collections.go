package stepfunctions

import (
	"slices"

	"github.com/recolabs/gnata"
)

// unwrapped returns a list as a sequence of JSONata: none is undefined, one is itself.
func unwrapped(list []any) any {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return list
}

// distinct is $distinct. It never unwraps a single value.
func distinct(args []any) (any, error) {
	array, ok := args[0].([]any)
	if !ok {
		return args[0], nil
	}
	list := []any{}
	for _, v := range array {
		if !slices.ContainsFunc(list, func(other any) bool { return gnata.DeepEqual(v, other) }) {
			list = append(list, v)
		}
	}
	return list, nil
}

// lookup is $lookup: in an array, it looks into each element.
func lookup(args []any) (any, error) {
	name, _ := args[1].(string)
	return lookUp(args[0], name), nil
}

func lookUp(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		return v[name]
	case orderedMap:
		found, _ := v.Get(name)
		return found
	case []any:
		return lookUpAll(v, name)
	}
	return nil
}

func lookUpAll(array []any, name string) any {
	list := []any{}
	for _, element := range array {
		switch found := lookUp(element, name).(type) {
		case nil:
		case []any:
			list = append(list, found...)
		default:
			list = append(list, found)
		}
	}
	return unwrapped(list)
}

// clone is $clone; values don't change, so that one is its own copy.
func clone(args []any) (any, error) { return args[0], nil }

// shuffle is $shuffle, with the engine's randomness.
func shuffle(args []any, newID func() string) (any, error) {
	array, ok := args[0].([]any)
	if !ok {
		return nil, nil
	}
	list := slices.Clone(array)
	for i := len(list) - 1; i > 0; i-- {
		j := int(fraction(newID()) * float64(i+1))
		list[i], list[j] = list[j], list[i]
	}
	return list, nil
}
