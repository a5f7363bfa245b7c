package eventbridge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// A path is a JSON path that leads to one value: "$", member names and array indices.
type path []step

// A step is a member name, or an index when name is empty.
type step struct {
	name  string
	index int
}

// pathStep is one step: .name, ['name'] or [0].
var pathStep = regexp.MustCompile(`^(?:\.([A-Za-z0-9_/-]+)|\['([^']+)'\]|\[([0-9]{1,9})\])`)

func parsePath(text string) (path, error) {
	if text == "" || text[0] != '$' {
		return nil, fmt.Errorf("path %q must begin with $", text)
	}
	p := path{}
	for rest := text[1:]; rest != ""; {
		found := pathStep.FindStringSubmatch(rest)
		if found == nil {
			return nil, fmt.Errorf("path %q is not supported at %q; use .name, ['name'] and [0]", text, rest)
		}
		s := step{name: found[1] + found[2]}
		if found[3] != "" {
			index, err := strconv.Atoi(found[3])
			if err != nil {
				return nil, fmt.Errorf("path %q: %w", text, err)
			}
			s.index = index
		}
		p = append(p, s)
		rest = rest[len(found[0]):]
	}
	return p, nil
}

// find returns the value at p in text; ok is false when there is none.
func (p path) find(text json.RawMessage) (value json.RawMessage, ok bool) {
	for _, s := range p {
		if text, ok = s.take(text); !ok {
			return nil, false
		}
	}
	return text, true
}

func (s step) take(text json.RawMessage) (json.RawMessage, bool) {
	if s.name != "" {
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil { // it is no object
			return nil, false
		}
		value, ok := members[s.name]
		return value, ok
	}
	var elements []json.RawMessage
	if json.Unmarshal(text, &elements) != nil || s.index >= len(elements) { // it is no array, or too short
		return nil, false
	}
	return elements[s.index], true
}
