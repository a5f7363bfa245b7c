package stepfunctions

import (
	"slices"
	"strings"

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

// maxExpression is how many bytes an expression may have, so that neither its
// compilation nor its evaluation nests deeper than the stack.
const maxExpression = 32 * 1024

// expression compiles source and refuses what it may not refer to at its place.
func (p *parser) expression(path, source string) *expression {
	source = strings.TrimSpace(source)
	if len(source) > maxExpression {
		p.refuseAs("INVALID_JSONATA_EXPRESSION", path, "The expression has %d bytes; at most %d are supported", len(source), maxExpression)
		return &expression{source: source}
	}
	tokens := scan(source)
	code, err := gnata.Compile(forGnata(source, tokens))
	if err != nil {
		p.refuseAs("INVALID_JSONATA_EXPRESSION", path, "%v", err)
		return &expression{source: source}
	}
	x := &expression{source, code, references(tokens)}
	for _, r := range x.references {
		if message := p.usage.refuse(r); message != "" {
			p.refuseAs("UNSUPPORTED_JSONATA_EXPRESSION", path, "%s", message)
		}
	}
	for _, message := range faults(tokens) {
		p.refuseAs("UNSUPPORTED_JSONATA_EXPRESSION", path, "%s", message)
	}
	return x
}

// names returns the names without $ of the variables and functions that x refers to, each once.
func (x *expression) names() []string {
	var names []string
	for _, r := range x.references {
		if !slices.Contains(names, r.name) {
			names = append(names, r.name)
		}
	}
	return names
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

// references returns each $name among tokens; $ alone, the context value, is none.
func references(tokens []token) []reference {
	var list []reference
	for i, t := range tokens {
		if t.kind == tokenWildcard {
			list = append(list, reference{name: wildcards()[t.text]})
		}
		if t.kind != tokenVariable || t.text == "" {
			continue
		}
		r := reference{name: t.text}
		if step := neighbour(tokens, i+2); neighbour(tokens, i+1).is(".") && step.kind == tokenName {
			r.field = step.text
		}
		list = append(list, r)
	}
	return list
}
