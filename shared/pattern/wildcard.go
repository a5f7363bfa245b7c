package pattern

import (
	"errors"
	"strings"
)

// parseWildcard returns a test for text in which "*" stands for any run of
// characters and a backslash quotes "*" and itself.
func parseWildcard(text string) (func(leaf) bool, error) {
	parts, err := splitWildcard(text)
	if err != nil {
		return nil, err
	}
	return onText(func(got string) bool { return matchParts(parts, got) }), nil
}

// splitWildcard returns the literal parts of text between its wildcards.
func splitWildcard(text string) ([]string, error) {
	parts := []string{""}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
			if i == len(text) || (text[i] != '*' && text[i] != '\\') {
				return nil, errors.New(`wildcard: a backslash must be followed by * or another backslash`)
			}
			parts[len(parts)-1] += text[i : i+1]
		case text[i] != '*':
			parts[len(parts)-1] += text[i : i+1]
		case i > 0 && text[i-1] == '*' && parts[len(parts)-1] == "" && len(parts) > 1:
			return nil, errors.New("wildcard: consecutive * are not allowed; use one")
		default:
			parts = append(parts, "")
		}
	}
	return parts, nil
}

// matchParts tells whether text is the parts in order with anything between
// them. Taking each part at its first place is enough: it leaves the most room.
func matchParts(parts []string, text string) bool {
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return text == first
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, last)
}
