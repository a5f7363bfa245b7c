package dynamodb

// A token is one word, placeholder, integer or symbol of an expression.
type token struct {
	kind       tokenKind
	text       string
	start, end int // offsets in the expression
}

type tokenKind int

const (
	tokenEnd     tokenKind = iota // the end of the expression
	tokenWord                     // an attribute name, function or keyword
	tokenName                     // #name
	tokenValue                    // :value
	tokenInteger                  // a list index
	tokenSymbol                   // an operator, a bracket, or a character that fits nowhere
)

// lex returns the token that starts at or after offset from.
func lex(src string, from int) token {
	for from < len(src) && isSpace(src[from]) {
		from++
	}
	if from == len(src) {
		return token{kind: tokenEnd, text: "<EOF>", start: from, end: from}
	}
	kind, size := scanToken(src[from:])
	return token{kind: kind, text: src[from : from+size], start: from, end: from + size}
}

// scanToken tells the kind and size of the token at the start of s.
func scanToken(s string) (tokenKind, int) {
	switch c := s[0]; {
	case isLetter(c):
		return tokenWord, 1 + run(s[1:], isWordByte)
	case isDigit(c):
		return tokenInteger, 1 + run(s[1:], isDigit)
	case (c == '#' || c == ':') && run(s[1:], isWordByte) > 0:
		kind := tokenName
		if c == ':' {
			kind = tokenValue
		}
		return kind, 1 + run(s[1:], isWordByte)
	}
	if len(s) > 1 {
		switch s[:2] {
		case "<=", ">=", "<>":
			return tokenSymbol, 2
		}
	}
	size := 1
	for size < len(s) && s[size]&0xC0 == 0x80 { // the rest of a character in UTF-8
		size++
	}
	return tokenSymbol, size
}

// run counts the bytes at the start of s that are in a class.
func run(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func isSpace(c byte) bool    { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isLetter(c byte) bool   { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }
