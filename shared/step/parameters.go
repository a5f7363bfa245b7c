package step

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"slipway/shared/pipeline"
)

// commonKeys returns the keys of a step that mean the same for every kind.
func commonKeys() []string { return []string{"name", "uses", "timeout", "retry"} }

// Parameters returns the parameters of the step object of a project file, given as
// JSON: the members of "with" and the kind's own top-level keys (such as "run" of
// script) in one object, without the keys that all kinds share (name, uses,
// timeout, retry). It returns [pipeline.ErrInvalid] when object or "with" is not an
// object or a key is in both places.
func Parameters(object json.RawMessage) (json.RawMessage, error) {
	var members, with map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, fmt.Errorf("step: not an object: %w", pipeline.ErrInvalid)
	}
	if raw, ok := members["with"]; ok {
		if err := json.Unmarshal(raw, &with); err != nil {
			return nil, fmt.Errorf("with: not an object; write parameters such as { bucket: … }: %w", pipeline.ErrInvalid)
		}
		delete(members, "with")
	}
	for key, value := range with {
		if _, twice := members[key]; twice {
			return nil, fmt.Errorf("%s: both beside and under \"with\"; write it once: %w", key, pipeline.ErrInvalid)
		}
		members[key] = value
	}
	for key := range members {
		if slices.Contains(commonKeys(), key) {
			delete(members, key)
		}
	}
	if members == nil {
		members = map[string]json.RawMessage{} // object was null
	}
	return json.Marshal(members)
}

// decode reads parameters strictly into p, a pointer to a struct.
func decode(with json.RawMessage, p any) *Problem {
	d := json.NewDecoder(bytes.NewReader(with))
	d.DisallowUnknownFields()
	err := d.Decode(p)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = fmt.Errorf("more than one JSON value")
		}
	}
	if err != nil {
		return &Problem{"with", err.Error(), "write the parameters that the step kind's schema lists"}
	}
	return nil
}
