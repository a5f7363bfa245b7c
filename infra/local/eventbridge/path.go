package eventbridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// A path is a JSON path: "$", member names, array indices and wildcards.
type path []step

// A step is a member name, an index when name is empty, or each member or element
// when every is set.
type step struct {
	name  string
	index int
	every bool
}

// pathStep is one step: .name, ['name'], [0], .* or [*].
var pathStep = regexp.MustCompile(`^(?:\.([A-Za-z0-9_/-]+)|\['([^']+)'\]|\[([0-9]{1,9})\]|(\.\*|\[\*\]))`)

func parsePath(text string) (path, error) {
	if text == "" || text[0] != '$' {
		return nil, fmt.Errorf("path %q must begin with $", text)
	}
	p := path{}
	for rest := text[1:]; rest != ""; {
		found := pathStep.FindStringSubmatch(rest)
		if found == nil {
			return nil, fmt.Errorf("path %q is not supported at %q; use .name, ['name'], [0], .* and [*]", text, rest)
		}
		s := step{name: found[1] + found[2], every: found[4] != ""}
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

// find returns the value at p in text; ok is false when there is none. A path with a
// wildcard always leads to an array, of all values that it leads to.
func (p path) find(text json.RawMessage) (value json.RawMessage, ok bool) {
	found, several := []json.RawMessage{text}, false
	for _, s := range p {
		var next []json.RawMessage
		for _, value := range found {
			next = append(next, s.take(value)...)
		}
		found, several = next, several || s.every
	}
	switch {
	case several:
		return array(found), true
	case len(found) == 0:
		return nil, false
	}
	return found[0], true
}

func array(elements []json.RawMessage) json.RawMessage {
	text := []byte{'['}
	for i, element := range elements {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, element...)
	}
	return append(text, ']')
}

// take returns what s leads to from text.
func (s step) take(text json.RawMessage) []json.RawMessage {
	var elements []json.RawMessage
	isArray := json.Unmarshal(text, &elements) == nil
	switch {
	case s.every && isArray:
		return elements
	case s.every:
		return members(text, func(string) bool { return true })
	case s.name != "":
		found := members(text, func(name string) bool { return name == s.name })
		return found[max(0, len(found)-1):] // the last one of a repeated name counts
	case isArray && s.index < len(elements):
		return elements[s.index : s.index+1]
	}
	return nil
}

// members returns the members of text that are wanted, in their order; none when it is no object.
func members(text json.RawMessage, wanted func(name string) bool) []json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	var found []json.RawMessage
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil
		}
		if wanted(name.(string)) { // an object's names are strings
			found = append(found, value)
		}
	}
	return found
}
