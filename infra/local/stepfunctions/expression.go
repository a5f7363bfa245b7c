package stepfunctions

import (
	"slices"
	"strings"
	"unicode"

	"github.com/recolabs/gnata"
)

// An expression is a compiled JSONata expression. It is safe for concurrent use.
type expression struct {
	source     string // as written between {% and %}, trimmed
	code       *gnata.Expression
	references []reference
}

// A reference is a $name in an expression; field is the first step of a path from it, if there is one.
type reference struct{ name, field string }

// A usage tells which of the reserved variable's fields an expression may refer to, besides input and context.
type usage struct{ result, errorOutput bool }

// expression compiles source and refuses what it may not refer to at its place.
func (p *parser) expression(path, source string) *expression {
	source = strings.TrimSpace(source)
	code, err := gnata.Compile(source)
	if err != nil {
		p.refuseAs("INVALID_JSONATA_EXPRESSION", path, "%v", err)
		return &expression{source: source}
	}
	x := &expression{source, code, references(source)}
	for _, r := range x.references {
		if message := p.usage.refuse(r); message != "" {
			p.refuseAs("UNSUPPORTED_JSONATA_EXPRESSION", path, "%s", message)
		}
	}
	return x
}

// uses tells whether x may use a field of $states.
func (x *expression) uses(field string) bool {
	return slices.ContainsFunc(x.references, func(r reference) bool {
		return r.name == "states" && (r.field == "" || r.field == field)
	})
}

// refuse tells why r is not allowed, or "".
func (u usage) refuse(r reference) string {
	switch {
	case r.name == "$":
		return "Reference to '$$' is not supported."
	case r.name == "eval":
		return "Function '$eval' is not supported; use '$parse'."
	case r.name != "states", r.field == "", r.field == "input", r.field == "context":
		return ""
	case r.field == "result" && !u.result:
		return "$states.result is only supported in Output and Assign of Task, Parallel and Map states."
	case r.field == "errorOutput" && !u.errorOutput:
		return "$states.errorOutput is only supported in Output and Assign of a catcher."
	case r.field != "result" && r.field != "errorOutput":
		return "Field '" + r.field + "' of $states is unknown; there are input, context, result and errorOutput."
	}
	return ""
}

// references returns each $name of source that is outside of strings, quoted names and comments.
func references(source string) []reference {
	var list []reference
	text := []rune(source)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = skipQuoted(text, i)
		case c == '/' && i+1 < len(text) && text[i+1] == '*':
			i = skipComment(text, i)
		case c == '$' && i+1 < len(text) && text[i+1] == '$':
			list = append(list, reference{name: "$"})
			i += 2
		case c == '$':
			var r reference
			r.name, i = word(text, i+1)
			if r.name != "" {
				r.field = step(text, i)
				list = append(list, r)
			}
		default:
			i++
		}
	}
	return list
}

func skipQuoted(text []rune, start int) int {
	i := start + 1
	for i < len(text) && text[i] != text[start] {
		if text[i] == '\\' {
			i++
		}
		i++
	}
	return i + 1
}

func skipComment(text []rune, start int) int {
	for i := start + 2; i+1 < len(text); i++ {
		if text[i] == '*' && text[i+1] == '/' {
			return i + 2
		}
	}
	return len(text)
}

func word(text []rune, start int) (string, int) {
	end := start
	for end < len(text) && (text[end] == '_' || unicode.IsLetter(text[end]) || unicode.IsDigit(text[end])) {
		end++
	}
	return string(text[start:end]), end
}

// step returns the name after a dot at or after i, or "".
func step(text []rune, i int) string {
	for i < len(text) && unicode.IsSpace(text[i]) {
		i++
	}
	if i >= len(text) || text[i] != '.' {
		return ""
	}
	for i++; i < len(text) && unicode.IsSpace(text[i]); {
		i++
	}
	name, _ := word(text, i)
	return name
}
