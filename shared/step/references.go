package step

import (
	"encoding/json"
	"fmt"
	"strconv"

	"slipway/shared/pipeline"
)

// References is what a step's parameters refer to.
type References struct {
	// Packages are the names of the packages whose files the step reads, each once;
	// they are of the feed s3.
	Packages []string
	// Images are the names of the packages that the step needs as images, each once;
	// they are of the feed ecr.
	Images []string
	// Artifacts are the names of further packages, each once; of either feed.
	Artifacts []string
	// Groups are the names of the groups of people that the step asks, each once.
	Groups []string
	// Quorum is how many different members of the groups must agree; 0 without groups.
	Quorum int
	// Networks are the names of the platform's networks that the step's machine is to be
	// in, each once.
	Networks []string
	// Templates are the string parameters in which "{name}" is a placeholder. In all
	// other strings braces mean nothing: a script's text is never templated.
	Templates []Template
}

// A Template is a string parameter that may hold placeholders.
type Template struct {
	Key  string // the member of the parameters that holds it
	Text string // see [Placeholders]
	// Within is the way to the text in that member: names of members, and places in
	// lists, from "0"; nil when it is the member. A member that is a text counts as a
	// list of one, too.
	Within []string
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
	resolved := map[string]any{}
	for _, t := range refs.Templates {
		text, err := t.expand(values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Key, err)
		}
		value, known := resolved[t.Key]
		if raw, there := members[t.Key]; there && !known {
			value, err = decodeJSON(raw)
		}
		if err == nil {
			resolved[t.Key], err = replaceText(value, t.Within, text)
		}
		if err != nil {
			return nil, fmt.Errorf("resolve %s: %w", t.Key, err)
		}
	}
	for key, value := range resolved {
		if members[key], err = json.Marshal(value); err != nil {
			return nil, fmt.Errorf("resolve %s: %w", key, err)
		}
	}
	return json.Marshal(members)
}

// replaceText returns value with the text at the end of the way within replaced; value
// is changed.
func replaceText(value any, within []string, text string) (any, error) {
	if len(within) == 0 {
		return text, nil
	}
	var err error
	switch holder := value.(type) {
	case map[string]any:
		holder[within[0]], err = replaceText(holder[within[0]], within[1:], text)
		return holder, err
	case []any:
		i, err := strconv.Atoi(within[0])
		if err != nil || i < 0 || i >= len(holder) {
			return nil, fmt.Errorf("a list of %d has no place %q: %w", len(holder), within[0], pipeline.ErrInvalid)
		}
		holder[i], err = replaceText(holder[i], within[1:], text)
		return holder, err
	case string:
		if within[0] == "0" && len(within) == 1 {
			return text, nil
		}
	}
	return nil, fmt.Errorf("there is no text at %q: %w", within, pipeline.ErrInvalid)
}
