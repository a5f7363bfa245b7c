package local

import (
	"fmt"
	"strings"
)

// identifiers are what the intrinsic functions of a template resolve to: by
// logical id, the value of Ref under "" and those of GetAtt under their names.
type identifiers map[string]map[string]string

// resolve replaces the intrinsic functions in value. One that is not known here,
// or that refers to nothing, is an error that names it.
func (ids identifiers) resolve(value any) (any, error) {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			element, err := ids.resolve(v[i])
			if err != nil {
				return nil, err
			}
			list[i] = element
		}
		return list, nil
	case map[string]any:
		if name, argument, ok := intrinsic(v); ok {
			return ids.call(name, argument)
		}
		members := make(map[string]any, len(v))
		for name := range v {
			member, err := ids.resolve(v[name])
			if err != nil {
				return nil, err
			}
			members[name] = member
		}
		return members, nil
	}
	return value, nil
}

// intrinsic tells whether v is a call of an intrinsic function.
func intrinsic(v map[string]any) (name string, argument any, ok bool) {
	for name, argument := range v {
		if len(v) == 1 && (name == "Ref" || strings.HasPrefix(name, "Fn::")) {
			return name, argument, true
		}
	}
	return "", nil, false
}

func (ids identifiers) call(name string, argument any) (any, error) {
	switch name {
	case "Ref":
		id, _ := argument.(string)
		return ids.attribute(id, "")
	case "Fn::GetAtt":
		if pair, ok := argument.([]any); ok && len(pair) == 2 {
			id, _ := pair[0].(string)
			attribute, _ := pair[1].(string)
			return ids.attribute(id, attribute)
		}
		return nil, fmt.Errorf("function Fn::GetAtt of %v: want a logical id and an attribute", argument)
	case "Fn::Join":
		return ids.join(argument)
	}
	return nil, fmt.Errorf("intrinsic function %s: local mode does not know it", name)
}

func (ids identifiers) attribute(id, attribute string) (string, error) {
	value, ok := ids[id][attribute]
	switch {
	case ok:
		return value, nil
	case attribute == "":
		return "", fmt.Errorf("reference to %q: nothing of that name is in the template, or local mode gives it no identifier", id)
	}
	return "", fmt.Errorf("function Fn::GetAtt of %s: local mode does not know its attribute %q", id, attribute)
}

func (ids identifiers) join(argument any) (string, error) {
	resolved, err := ids.resolve(argument)
	if err != nil {
		return "", err
	}
	pair, _ := resolved.([]any)
	if len(pair) == 2 {
		separator, isText := pair[0].(string)
		parts, isList := pair[1].([]any)
		if isText && isList {
			texts := make([]string, len(parts))
			for i := range parts {
				texts[i] = fmt.Sprint(parts[i])
			}
			return strings.Join(texts, separator), nil
		}
	}
	return "", fmt.Errorf("function Fn::Join of %v: want a separator and a list", argument)
}
