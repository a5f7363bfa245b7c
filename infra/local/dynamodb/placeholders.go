package dynamodb

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// maxNameSize is the most bytes that an attribute name may have.
const maxNameSize = 65535

// placeholders are the #names and :values that a request defines for its
// expressions, with a note of those that an expression used.
type placeholders struct {
	names  map[string]string
	values map[string]value
	used   map[string]bool
}

// valueExpressions are the request members of an operation whose expressions may use values.
type valueExpressions struct {
	given      bool // whether the request has one of them
	parameters []string
}

// newPlaceholders checks the definitions of a request; nil maps define nothing.
func newPlaceholders(names map[string]string, values map[string]json.RawMessage) (*placeholders, error) {
	p := &placeholders{names: names, values: map[string]value{}, used: map[string]bool{}}
	if names != nil && len(names) == 0 {
		return nil, invalid("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, invalid("ExpressionAttributeValues must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		if err := checkName(key, names[key]); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		v, err := decodePlaceholder(key, values[key])
		if err != nil {
			return nil, err
		}
		p.values[key] = v
	}
	return p, nil
}

func checkName(key, name string) error {
	switch {
	case !isPlaceholder(key, '#'):
		return invalid("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", key)
	case name == "":
		return invalid("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", key)
	case len(name) > maxNameSize:
		return invalid("ExpressionAttributeNames contains invalid value: "+
			"Attribute name is too large, must be less than 65536 bytes for key %s", key)
	}
	return nil
}

func decodePlaceholder(key string, raw []byte) (value, error) {
	if !isPlaceholder(key, ':') {
		return nil, invalid("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", key)
	}
	v, err := decodeValue(raw, 1)
	if refused := asRefusal(err); refused != nil && refused.Code == "ValidationException" {
		return nil, invalid("ExpressionAttributeValues contains invalid value: %s for key %s", refused.Message, key)
	}
	return v, err
}

func isPlaceholder(key string, mark byte) bool {
	return len(key) > 1 && key[0] == mark && run(key[1:], isWordByte) == len(key)-1
}

// name returns the attribute name that #key stands for.
func (p *placeholders) name(key string) (string, bool) {
	name, ok := p.names[key]
	p.used[key] = true
	return name, ok
}

// value returns the value that :key stands for.
func (p *placeholders) value(key string) (value, bool) {
	v, ok := p.values[key]
	p.used[key] = true
	return v, ok
}

// checkUnused refuses definitions that no expression used. Given tells whether the
// request has any expression; withValues lists those that could have used values,
// with whether the request has one of them.
func (p *placeholders) checkUnused(given bool, withValues valueExpressions) error {
	if !given && len(p.names) > 0 {
		return invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	if !withValues.given && len(p.values) > 0 {
		verb := "is"
		if len(withValues.parameters) > 1 {
			verb = "are"
		}
		return invalid("ExpressionAttributeValues can only be specified when using expressions: %s %s null",
			strings.Join(withValues.parameters, " and "), verb)
	}
	if unused := p.unused(slices.Sorted(maps.Keys(p.names))); unused != "" {
		return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", unused)
	}
	if unused := p.unused(slices.Sorted(maps.Keys(p.values))); unused != "" {
		return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", unused)
	}
	return nil
}

func (p *placeholders) unused(keys []string) string {
	return strings.Join(slices.DeleteFunc(keys, func(key string) bool { return p.used[key] }), ", ")
}
