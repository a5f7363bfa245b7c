package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// An occurrence is an event that a rule matched.
type occurrence struct {
	envelope []byte
	rule     *rule
	at       time.Time
}

// A transform makes the payload of a target.
type transform func(occurrence) ([]byte, error)

// newTransform returns the transform that spec asks for.
func newTransform(spec TargetSpec) (transform, error) {
	chosen := 0
	for _, set := range []bool{spec.Input != "", spec.InputPath != "", spec.InputTransformer != nil} {
		if set {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return nil, errors.New("only one of Input, InputPath and InputTransformer may be set")
	case spec.Input != "":
		return constant(spec.Input)
	case spec.InputPath != "":
		return selection(spec.InputPath)
	case spec.InputTransformer != nil:
		return newTemplate(*spec.InputTransformer)
	}
	return func(o occurrence) ([]byte, error) { return o.envelope, nil }, nil
}

func constant(input string) (transform, error) {
	if !json.Valid([]byte(input)) {
		return nil, errors.New("the input must be JSON")
	}
	return func(occurrence) ([]byte, error) { return []byte(input), nil }, nil
}

// selection makes the payload of the part at path, or null where there is none.
func selection(path string) (transform, error) {
	p, err := parsePath(path)
	if err != nil {
		return nil, fmt.Errorf("InputPath: %w", err)
	}
	return func(o occurrence) ([]byte, error) {
		if found, ok := p.find(o.envelope); ok {
			return found, nil
		}
		return []byte("null"), nil
	}, nil
}
