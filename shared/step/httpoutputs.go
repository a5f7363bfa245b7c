package step

import "strconv"

// statusOutput is the output that every http step has.
const statusOutput = "status"

// checkOutputs returns a problem with names and pointers that can't be used.
func (p httpParameters) checkOutputs() *Problem { return p.Outputs.check(statusOutput) }

// outputsOf returns the outputs that the answer gives. The error is a [*Failure].
func (p httpParameters) outputsOf(a httpAnswer) (map[string]string, error) {
	outputs := map[string]string{statusOutput: strconv.Itoa(a.code)}
	if err := p.Outputs.take(a.body, "the body", outputs); err != nil {
		return nil, err
	}
	return outputs, nil
}
