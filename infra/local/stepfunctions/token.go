package stepfunctions

import (
	"strings"
	"unicode"
)

// A tokenKind is what a token of a JSONata expression is.
type tokenKind int

const (
	tokenOperator tokenKind = iota
	tokenVariable           // text is the name without $
	tokenName               // text is without backquotes
	tokenString
	tokenNumber
	tokenRegex    // text is the pattern
	tokenWildcard // * or ** in the place of a name
	tokenParent   // % in the place of a name
)

// A token is a part of a JSONata expression. gnata doesn't show its own, so they
// are found here as far as it takes to know what an expression refers to.
type token struct {
	kind  tokenKind
	text  string
	start int // in runes of the source
	end   int
}

// is tells whether t is an operator.
func (t token) is(operator string) bool { return t.kind == tokenOperator && t.text == operator }

// A scanner takes an expression apart into tokens.
type scanner struct {
	text   []rune
	at     int
	tokens []token
}

// scan returns the tokens of source, as far as it is an expression.
func scan(source string) []token {
	s := scanner{text: []rune(source)}
	for s.at < len(s.text) {
		start, before := s.at, len(s.tokens)
		s.next()
		if len(s.tokens) > before {
			s.tokens[before].start, s.tokens[before].end = start, s.at
		}
	}
	return s.tokens
}

func (s *scanner) next() {
	switch c := s.text[s.at]; {
	case unicode.IsSpace(c):
		s.at++
	case c == '/' && s.peek(1) == '*':
		s.skipComment()
	case c == '"' || c == '\'':
		s.add(tokenString, s.delimited(c))
	case c == '`':
		s.add(tokenName, s.delimited(c))
	case c == '$' && s.peek(1) == '$':
		s.at += 2
		s.add(tokenVariable, "$")
	case c == '$':
		s.at++
		s.add(tokenVariable, s.word())
	case unicode.IsDigit(c):
		s.add(tokenNumber, s.word())
	case isWordRune(c):
		s.add(tokenName, s.word())
	default:
		s.symbol()
	}
}

// symbol adds an operator, or what /, * and % are where an operand is due.
func (s *scanner) symbol() {
	c, operand := s.text[s.at], !s.afterOperand()
	switch {
	case c == '/' && operand:
		s.add(tokenRegex, s.pattern())
	case c == '*' && operand && s.peek(1) == '*':
		s.take(tokenWildcard, 2)
	case c == '*' && operand:
		s.take(tokenWildcard, 1)
	case c == '%' && operand:
		s.take(tokenParent, 1)
	case c == '~' && s.peek(1) == '>', c == '.' && s.peek(1) == '.':
		s.take(tokenOperator, 2)
	default:
		s.take(tokenOperator, 1)
	}
}

func (s *scanner) take(kind tokenKind, length int) {
	s.add(kind, string(s.text[s.at:s.at+length]))
	s.at += length
}

func (s *scanner) add(kind tokenKind, text string) {
	s.tokens = append(s.tokens, token{kind: kind, text: text})
}

// peek returns the rune that is n after the current one, 0 beyond the end.
func (s *scanner) peek(n int) rune {
	if s.at+n >= len(s.text) {
		return 0
	}
	return s.text[s.at+n]
}

// afterOperand tells whether the last token ends an operand, so that an operator is due.
func (s *scanner) afterOperand() bool {
	if len(s.tokens) == 0 {
		return false
	}
	last := s.tokens[len(s.tokens)-1]
	return last.kind != tokenOperator || strings.Contains(")]}", last.text)
}

func (s *scanner) skipComment() {
	for s.at += 2; s.at < len(s.text); s.at++ {
		if s.text[s.at] == '*' && s.peek(1) == '/' {
			s.at += 2
			return
		}
	}
}

// delimited returns what is between two delimiters, with its escapes as they are.
func (s *scanner) delimited(delimiter rune) string {
	start := s.at + 1
	for s.at++; s.at < len(s.text) && s.text[s.at] != delimiter; s.at++ {
		if s.text[s.at] == '\\' && delimiter != '`' {
			s.at++
		}
	}
	return s.until(start)
}

// pattern returns the pattern of a regular expression and skips its flags. As in
// jsonata.js, a slash inside of brackets doesn't end it.
func (s *scanner) pattern() string {
	start, depth := s.at+1, 0
	for s.at++; s.at < len(s.text) && (s.text[s.at] != '/' || depth > 0); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
	}
	pattern := s.until(start)
	for s.peek(0) == 'i' || s.peek(0) == 'm' {
		s.at++
	}
	return pattern
}

// until returns the text between start and the delimiter that is current, and passes it.
func (s *scanner) until(start int) string {
	end := max(start, min(s.at, len(s.text)))
	s.at = min(s.at+1, len(s.text))
	return string(s.text[min(start, len(s.text)):min(end, len(s.text))])
}

func (s *scanner) word() string {
	start := s.at
	for s.at < len(s.text) && isWordRune(s.text[s.at]) {
		s.at++
	}
	return string(s.text[start:s.at])
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
