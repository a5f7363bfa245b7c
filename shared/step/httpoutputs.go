package step

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// The limits of an http step's outputs, status included, are those of a script's.
const (
	maxOutputs     = 50
	maxOutputValue = 4 << 10  // bytes
	maxOutputSize  = 64 << 10 // bytes, of all names and values
)

var outputName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// statusOutput is the output that every http step has.
const statusOutput = "status"

// checkOutputs returns a problem with names and pointers that can't be used.
func (p httpParameters) checkOutputs() *Problem {
	if len(p.Outputs) >= maxOutputs {
		return &Problem{"outputs", fmt.Sprintf("are %d", len(p.Outputs)), fmt.Sprintf("name at most %d", maxOutputs-1)}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Outputs)) {
		if !outputName.MatchString(name) || name == statusOutput {
			return &Problem{"outputs", fmt.Sprintf("%.80q is not a name for an output", name),
				"use letters, digits, \"_\" and \"-\", at most 64, first a letter or \"_\"; the status is there by itself"}
		}
		if problem := p.Outputs[name].check("outputs"); problem != nil {
			return problem
		}
	}
	return nil
}

// outputsOf returns the outputs that the answer gives. The error is a [*Failure].
func (p httpParameters) outputsOf(a httpAnswer) (map[string]string, error) {
	outputs := map[string]string{statusOutput: strconv.Itoa(a.code)}
	if len(p.Outputs) == 0 {
		return outputs, nil
	}
	document, err := decodeJSON(a.body)
	if err != nil {
		return nil, transient("ExpectationFailed", "the body, of which outputs are taken, is not JSON: %s", err)
	}
	size := 0
	for _, name := range slices.Sorted(maps.Keys(p.Outputs)) {
		value, ok := p.Outputs[name].find(document)
		if !ok {
			return nil, transient("ExpectationFailed", "the body has no value at %q for the output %s", string(p.Outputs[name]), name)
		}
		outputs[name] = textOf(value)
		size += len(name) + len(outputs[name])
		if len(outputs[name]) > maxOutputValue || size > maxOutputSize {
			return nil, permanent("BadOutput", "output %s makes the outputs too long; a value has at most %d bytes, and all have %d",
				name, maxOutputValue, maxOutputSize)
		}
	}
	return outputs, nil
}

// textOf returns a text as it is and any other JSON value as JSON.
func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return jsonOf(value)
}
