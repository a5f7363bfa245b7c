package step

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// objectTemplates returns a template for each text of the JSON object that the
// parameter key holds, at any depth, in the order of its place. Names of members are no
// templates.
func objectTemplates(key string, object json.RawMessage) ([]Template, *Problem) {
	if len(object) == 0 {
		return nil, nil
	}
	value, err := decodeJSON(object)
	if _, ok := value.(map[string]any); err != nil || !ok {
		return nil, &Problem{key, "is not an object", "write members such as { release: \"{release}\" }"}
	}
	return textsIn(key, value, nil), nil
}

// textsIn returns the templates of value, which is at the end of the way within.
func textsIn(key string, value any, within []string) (all []Template) {
	inside := func(place string, value any) {
		all = append(all, textsIn(key, value, append(slices.Clone(within), place))...)
	}
	switch value := value.(type) {
	case string:
		return []Template{{Key: key, Text: value, Within: within}}
	case []any:
		for i, element := range value {
			inside(strconv.Itoa(i), element)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			inside(name, value[name])
		}
	}
	return all
}
