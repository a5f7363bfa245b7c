package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MaxAnswer is the longest value of a prompt, in bytes.
const MaxAnswer = 4096

// An Answer is the value of a prompt.
type Answer struct{ Name, Value string }

// Answer returns the value of each of r's prompts, in their order: the one that is
// given, else the default. It returns [ErrInvalid] for a value that a prompt doesn't
// take, for one of no prompt, and for a required one that is missing.
func (r Runbook) Answer(given map[string]string) ([]Answer, error) {
	names := make([]string, len(r.Prompts))
	for i, p := range r.Prompts {
		names[i] = p.Name
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("runbook %s asks for no value %s; it asks for %s: %w", r.Name, name, listed(names), ErrInvalid)
		}
	}
	var all []Answer
	for _, p := range r.Prompts {
		value, ok := given[p.Name]
		if !ok {
			value = p.Default
		}
		switch {
		case !ok && p.Required:
			return nil, fmt.Errorf("runbook %s needs a value %s (%s); give it: %w", r.Name, p.Name, p.Label, ErrInvalid)
		case len(value) > MaxAnswer || strings.ContainsRune(value, 0):
			return nil, fmt.Errorf("runbook %s: the value %s has %d bytes, or NUL among them; at most %d others are taken: %w", r.Name, p.Name, len(value), MaxAnswer, ErrInvalid)
		case len(p.Options) > 0 && !slices.Contains(p.Options, value):
			return nil, fmt.Errorf("runbook %s: %s %q is not one of %s: %w", r.Name, p.Name, value, listed(p.Options), ErrInvalid)
		}
		all = append(all, Answer{p.Name, value})
	}
	return all, nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
