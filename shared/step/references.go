package step

import (
	"encoding/json"
	"fmt"

	"slipway/shared/pipeline"
)

// References is what a step's parameters refer to.
type References struct {
	// Packages are the names of the packages that the step reads, each once.
	Packages []string
	// Templates are the string parameters in which "{name}" is a placeholder. In all
	// other strings braces mean nothing: a script's text is never templated.
	Templates []Template
}

// A Template is a string parameter that may hold placeholders.
type Template struct {
	Key  string // the member of the parameters that holds it
	Text string // see [Placeholders]
}

// checkTemplates returns a problem with the first template that has a stray brace.
func (r References) checkTemplates() *Problem {
	for _, t := range r.Templates {
		if _, err := Placeholders(t.Text); err != nil {
			return &Problem{t.Key, fmt.Sprintf("%q has a single brace that is no placeholder", t.Text),
				"write {name} for a placeholder, {{ or }} for a brace"}
		}
	}
	return nil
}

// Resolve returns with, the parameters of a step of kind k, with the placeholders
// of its templates replaced by values. It returns [pipeline.ErrInvalid] when k
// doesn't accept with or a placeholder has no value.
func Resolve(k Kind, with json.RawMessage, values map[string]string) (json.RawMessage, error) {
	refs, err := k.References(with)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(with, &members); err != nil {
		return nil, fmt.Errorf("parameters of %s: not an object: %w", k.Name(), pipeline.ErrInvalid)
	}
	for _, t := range refs.Templates {
		text, err := Expand(t.Text, values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Key, err)
		}
		if members[t.Key], err = json.Marshal(text); err != nil {
			return nil, fmt.Errorf("resolve %s: %w", t.Key, err)
		}
	}
	return json.Marshal(members)
}
