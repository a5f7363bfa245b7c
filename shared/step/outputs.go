package step

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
)

// The limits of a step's outputs, which are those of a script's.
const (
	maxOutputs     = 50
	maxOutputValue = 4 << 10  // bytes
	maxOutputSize  = 64 << 10 // bytes, of all names and values
)

var outputName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// pointedOutputs are the outputs that a project file names, each with the pointer to
// its value in the JSON document of which it is taken.
type pointedOutputs map[string]jsonPointer

// check returns a problem with names and pointers that can't be used. The kind has the
// output own by itself.
func (o pointedOutputs) check(own string) *Problem {
	if len(o) >= maxOutputs {
		return &Problem{"outputs", fmt.Sprintf("are %d", len(o)), fmt.Sprintf("name at most %d", maxOutputs-1)}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !outputName.MatchString(name) || name == own {
			return &Problem{"outputs", fmt.Sprintf("%.80q is not a name for an output", name),
				"use letters, digits, \"_\" and \"-\", at most 64, first a letter or \"_\"; the " + own + " is there by itself"}
		}
		if problem := o[name].check("outputs"); problem != nil {
			return problem
		}
	}
	return nil
}

// take adds the outputs that document, called subject for people, gives to outputs. The
// error is a [*Failure].
func (o pointedOutputs) take(document []byte, subject string, outputs map[string]string) error {
	if len(o) == 0 {
		return nil
	}
	value, err := decodeJSON(document)
	if err != nil {
		return transient("ExpectationFailed", "%s, of which outputs are taken, is not JSON: %s", subject, err)
	}
	size := 0
	for _, name := range slices.Sorted(maps.Keys(o)) {
		found, ok := o[name].find(value)
		if !ok {
			return transient("ExpectationFailed", "%s has no value at %q for the output %s", subject, string(o[name]), name)
		}
		outputs[name] = textOf(found)
		size += len(name) + len(outputs[name])
		if len(outputs[name]) > maxOutputValue || size > maxOutputSize {
			return permanent("BadOutput", "output %s makes the outputs too long; a value has at most %d bytes, and all have %d",
				name, maxOutputValue, maxOutputSize)
		}
	}
	return nil
}

// textOf returns a text as it is and any other JSON value as JSON.
func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return jsonOf(value)
}

// foundOutputs are outputs that another service has named, as far as they fit; what
// doesn't is told in the log, by name.
type foundOutputs struct {
	values map[string]string
	size   int // in bytes, of all names and values
	log    io.Writer
}

// add adds an output unless there is one of that name or it doesn't fit.
func (o *foundOutputs) add(name, value string) {
	_, taken := o.values[name]
	why := ""
	switch {
	case !outputName.MatchString(name):
		why = "its name can't be that of a step's output"
	case taken:
		why = "the step has an output of that name by itself"
	case len(value) > maxOutputValue:
		why = fmt.Sprintf("it has %d bytes, and at most %d are kept", len(value), maxOutputValue)
	case len(o.values) >= maxOutputs:
		why = fmt.Sprintf("a step has at most %d outputs", maxOutputs)
	case o.size+len(name)+len(value) > maxOutputSize:
		why = fmt.Sprintf("the outputs of a step have at most %d bytes", maxOutputSize)
	default:
		o.values[name] = value
		o.size += len(name) + len(value)
		return
	}
	fmt.Fprintf(o.log, "output %s is left out: %s\n", excerpt(name), why)
}
