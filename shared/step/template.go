package step

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"slipway/shared/pipeline"
)

var placeholderName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Placeholders returns the names that text refers to as "{name}", in order and
// each once. "{{" and "}}" stand for the braces themselves. It returns
// [pipeline.ErrInvalid] for a brace that is neither.
func Placeholders(text string) ([]string, error) {
	var names []string
	_, err := substitute(text, func(name string) (string, error) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return "", nil
	})
	return names, err
}

// leading is a placeholder at the start of a text.
var leading = regexp.MustCompile(`^\{[A-Za-z_][A-Za-z0-9_]*\}`)

// leadingPlaceholder splits text after the placeholder with which it begins, if it does.
func leadingPlaceholder(text string) (placeholder, rest string) {
	placeholder = leading.FindString(text)
	return placeholder, text[len(placeholder):]
}

// Expand replaces each "{name}" in text by the value of that name; values are not
// expanded in turn. It returns [pipeline.ErrInvalid] for a name without a value and
// for text that [Placeholders] refuses.
func Expand(text string, values map[string]string) (string, error) {
	return substitute(text, func(name string) (string, error) {
		value, ok := values[name]
		if !ok {
			return "", fmt.Errorf("placeholder {%s} is not known; the known ones are {%s}: %w",
				name, strings.Join(slices.Sorted(maps.Keys(values)), "}, {"), pipeline.ErrInvalid)
		}
		return value, nil
	})
}

// substitute replaces each placeholder of text by what value returns for its name.
func substitute(text string, value func(name string) (string, error)) (string, error) {
	var out strings.Builder
	for rest := text; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			out.WriteString(rest)
			break
		}
		out.WriteString(rest[:i])
		brace := rest[i]
		if rest = rest[i+1:]; rest != "" && rest[0] == brace {
			out.WriteByte(brace)
			rest = rest[1:]
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if brace == '}' || !closed || !placeholderName.MatchString(name) {
			return "", fmt.Errorf("%q has a single %q that is no placeholder; write {name}, or %q for the brace itself: %w",
				text, brace, strings.Repeat(string(brace), 2), pipeline.ErrInvalid)
		}
		replacement, err := value(name)
		if err != nil {
			return "", err
		}
		out.WriteString(replacement)
		rest = after
	}
	return out.String(), nil
}
