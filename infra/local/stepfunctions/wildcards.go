package stepfunctions

// wildcards returns the functions of the library that stand for wildcards.
func wildcards() map[string]string {
	return map[string]string{"*": "_wildcard", "**": "_descendants"}
}

// wildcard returns the values of the members of an object or the elements of an
// array, with those of arrays inside of them.
func wildcard(args []any) (any, error) {
	switch v := args[0].(type) {
	case []any:
		return unwrapped(flattened(v)), nil
	case map[string]any:
		return unwrapped(flattened(values(sortedMap(v)))), nil
	case orderedMap:
		return unwrapped(flattened(values(v))), nil
	}
	return nil, nil
}

func values(object orderedMap) []any {
	list := []any{}
	for _, name := range object.Keys() {
		value, _ := object.Get(name)
		list = append(list, value)
	}
	return list
}

func flattened(list []any) []any {
	flat := []any{}
	for _, v := range list {
		if inner, ok := v.([]any); ok {
			flat = append(flat, flattened(inner)...)
		} else {
			flat = append(flat, v)
		}
	}
	return flat
}

// descendants returns a value and all that is inside of it, but no arrays.
func descendants(args []any) (any, error) { return unwrapped(appendDescendants([]any{}, args[0])), nil }

func appendDescendants(list []any, value any) []any {
	members := []any{}
	switch v := value.(type) {
	case nil:
		return list
	case []any:
		members = v
	case map[string]any:
		list, members = append(list, v), values(sortedMap(v))
	case orderedMap:
		list, members = append(list, v), values(v)
	default:
		list = append(list, v)
	}
	for _, member := range members {
		list = appendDescendants(list, member)
	}
	return list
}
