package dynamodb

import (
	"strconv"
	"strings"
)

// The limits of expressions, per "Service, account, and table quotas".
const (
	maxExpressionSize = 4096
	maxOperators      = 300
	maxOperands       = 100 // of IN
)

// A parser reads one expression. Its methods return syntax errors; what is
// well-formed and yet not allowed is kept in refused, as DynamoDB complains of
// the syntax first.
type parser struct {
	parameter string // the request member that holds the expression
	src       string
	params    *placeholders
	previous  token
	current   token
	operators int
	refused   error
	roots     []string // the names of the top-level attributes that the expression uses
}

// parse reads src, the content of the request member parameter, with one of the grammars.
func parse[T any](parameter, src string, params *placeholders, grammar func(*parser) (T, error)) (T, *parser, error) {
	p := &parser{parameter: parameter, src: src, params: params}
	parsed, err := p.whole(func() (any, error) { return grammar(p) })
	if err != nil {
		return *new(T), p, invalid("Invalid %s: %s", parameter, err)
	}
	return parsed.(T), p, nil
}

func (p *parser) whole(grammar func() (any, error)) (any, error) {
	switch size := len(p.src); {
	case size == 0:
		return nil, syntaxError("The expression can not be empty;")
	case size > maxExpressionSize:
		return nil, syntaxError("Expression size has exceeded the maximum allowed size; expression size: " + strconv.Itoa(size))
	}
	p.current = lex(p.src, 0)
	parsed, err := grammar()
	if err == nil && p.current.kind != tokenEnd {
		err = p.unexpected()
	}
	if err == nil && p.operators > maxOperators {
		p.refuse("The expression contains too many operators; operator count: " + strconv.Itoa(maxOperators+1))
	}
	if err == nil {
		err = p.refused
	}
	return parsed, err
}

// A syntaxError is what is wrong with an expression, without the name of its request member.
type syntaxError string

func (e syntaxError) Error() string { return string(e) }

// refuse keeps the first complaint about a well-formed expression.
func (p *parser) refuse(message string) {
	if p.refused == nil {
		p.refused = syntaxError(message)
	}
}

// unexpected complains of the current token, showing it between its neighbours.
func (p *parser) unexpected() error {
	from, to := p.previous.start, lex(p.src, p.current.end).end
	return syntaxError(`Syntax error; token: "` + p.current.text + `", near: "` + p.src[from:to] + `"`)
}

func (p *parser) advance() token {
	p.previous = p.current
	p.current = lex(p.src, p.current.end)
	return p.previous
}

// accept takes the current token if it is the symbol or, in any case, the keyword s.
func (p *parser) accept(s string) bool {
	if !p.at(s) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) at(s string) bool {
	switch p.current.kind {
	case tokenSymbol:
		return p.current.text == s
	case tokenWord:
		return strings.EqualFold(p.current.text, s)
	}
	return false
}

func (p *parser) expect(s string) error {
	if !p.accept(s) {
		return p.unexpected()
	}
	return nil
}

// atAttribute tells whether an attribute name may start here; the grammars' own keywords never are one.
func (p *parser) atAttribute() bool {
	if p.current.kind != tokenWord {
		return p.current.kind == tokenName
	}
	switch strings.ToUpper(p.current.text) {
	case "AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE":
		return false
	}
	return true
}

// path reads a document path such as a.#b[0].
func (p *parser) path() (path, error) {
	if !p.atAttribute() {
		return nil, p.unexpected()
	}
	return p.pathAfter(p.advance())
}

// pathAfter reads the rest of a document path of which first is the first name.
func (p *parser) pathAfter(first token) (path, error) {
	name := p.attribute(first)
	p.roots = append(p.roots, name)
	steps := path{{name: name}}
	for {
		next, more, err := p.step()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		steps = append(steps, next)
	}
	if len(steps) > maxNesting {
		p.refuse("The document path has too many nesting levels; nesting levels: " + strconv.Itoa(len(steps)))
	}
	return steps, nil
}

// step reads .name or [index], if there is one.
func (p *parser) step() (next step, more bool, err error) {
	switch {
	case p.accept("."):
		if !p.atAttribute() {
			return step{}, false, p.unexpected()
		}
		return step{name: p.attribute(p.advance())}, true, nil
	case p.accept("["):
		index, err := strconv.Atoi(p.current.text)
		if p.current.kind != tokenInteger {
			return step{}, false, p.unexpected()
		}
		if err != nil {
			p.refuse("List index is not within the allowable range; index: [" + p.current.text + "]")
		}
		p.advance()
		return step{index: index}, true, p.expect("]")
	}
	return step{}, false, nil
}

// attribute is the attribute name that a word or a #name stands for.
func (p *parser) attribute(t token) string {
	if t.kind == tokenName {
		name, ok := p.params.name(t.text)
		if !ok {
			p.refuse("An expression attribute name used in the document path is not defined; attribute name: " + t.text)
		}
		return name
	}
	if isReserved(t.text) {
		p.refuse("Attribute name is a reserved keyword; reserved keyword: " + t.text)
	}
	return t.text
}

// literal is the value that a :value stands for; null, where it is not defined.
func (p *parser) literal(t token) value {
	v, ok := p.params.value(t.text)
	if !ok {
		p.refuse("An expression attribute value used in expression is not defined; attribute value: " + t.text)
		return null{}
	}
	return v
}
