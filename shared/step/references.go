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
	Key    string   // the member of the parameters that holds it
	Text   string   // see [Placeholders]
	Within []string // where in that member the text is, key by key; nil when it is the member
	// Escape returns what stands for a value in the text; nil leaves values as they are,
	// as is that of a placeholder with which the text begins.
	Escape func(value string) string
}

// expand returns the template's text with the placeholders replaced by values.
func (t Template) expand(values map[string]string) (string, error) {
	if t.Escape == nil {
		return Expand(t.Text, values)
	}
	escaped := make(map[string]string, len(values))
	for name, value := range values {
		escaped[name] = t.Escape(value)
	}
	first, rest := leadingPlaceholder(t.Text)
	first, err := Expand(first, values)
	if err != nil {
		return "", err
	}
	rest, err = Expand(rest, escaped)
	return first + rest, err
}

// checkTemplates returns a problem with the first template that has a stray brace.
func (r References) checkTemplates() *Problem {
	for _, t := range r.Templates {
		if _, err := Placeholders(t.Text); err != nil {
			return &Problem{t.Key, fmt.Sprintf("%.80q has a single brace that is no placeholder", t.Text),
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
		text, err := t.expand(values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Key, err)
		}
		if members[t.Key], err = replaceText(members[t.Key], t.Within, text); err != nil {
			return nil, fmt.Errorf("resolve %s: %w", t.Key, err)
		}
	}
	return json.Marshal(members)
}

// replaceText returns value with the text at the end of the way within replaced.
func replaceText(value json.RawMessage, within []string, text string) (json.RawMessage, error) {
	if len(within) == 0 {
		return json.Marshal(text)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(value, &members); err != nil {
		return nil, err
	}
	inner, err := replaceText(members[within[0]], within[1:], text)
	if err != nil {
		return nil, err
	}
	members[within[0]] = inner
	return json.Marshal(members)
}
