package document

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// maxDepth is how deep mappings and sequences may be nested. The project file
// needs 8; the YAML parser recurses for each, so that the depth is bounded first.
const maxDepth = 32

// maxTokens is how many words and punctuation marks a document may have. The YAML
// parser's time grows with the square of the keys in a mapping.
const maxTokens = 50_000

// guard finds, before anything is parsed, the YAML that documents don't need and
// with which a small text becomes a large or a deep value.
func guard(tokens token.Tokens) Problems {
	if len(tokens) > maxTokens {
		at := tokens[maxTokens].Position
		return Problems{{at.Line, at.Column, fmt.Sprintf("the file has %d words and punctuation marks", len(tokens)),
			fmt.Sprintf("at most %d are accepted", maxTokens)}}
	}
	var g guardian
	for _, t := range tokens {
		g.see(t)
	}
	return g.problems
}

type guardian struct {
	problems Problems
	flow     int  // open braces and brackets
	line     int  // the line of the last token
	nested   int  // block sequence entries opened in that line
	content  bool // a token of the document's content was seen
	quoted   bool // the last token was quoted text
	tooDeep  bool // that has been said
}

func (g *guardian) see(t *token.Token) {
	if t.Position.Line != g.line {
		g.line, g.nested = t.Position.Line, 0
	}
	switch t.Type {
	case token.AnchorType, token.AliasType, token.MergeKeyType:
		g.refuse(t, "write the value out where it is needed", "%q: anchors, aliases and merge keys are not accepted", t.Value)
	case token.TagType:
		g.refuse(t, "remove it", "%q: tags are not accepted", t.Value)
	case token.DirectiveType:
		g.refuse(t, "remove the line", "YAML directives are not accepted")
	case token.MappingKeyType:
		g.refuse(t, `write "key: value"`, `"?" keys are not accepted`)
	case token.DocumentHeaderType:
		if g.content {
			g.refuse(t, "keep one document a file", "a second document starts here")
		}
	case token.MappingStartType, token.SequenceStartType:
		g.flow++
	case token.MappingEndType, token.SequenceEndType:
		g.flow--
	case token.SequenceEntryType:
		g.nested++
	}
	g.checkText(t)
	g.content = g.content || !outsideContent(t)
	if (g.flow > maxDepth || g.nested > maxDepth) && !g.tooDeep {
		g.tooDeep = true
		g.refuse(t, fmt.Sprintf("at most %d levels are accepted", maxDepth), "the file is nested too deeply here")
	}
}

// checkText refuses quoted text right after quoted text: it is an error in any
// case, which the parser takes quadratic time to find in a long run of them.
func (g *guardian) checkText(t *token.Token) {
	quoted := t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType
	if quoted && g.quoted {
		g.refuse(t, "put one pair of quotes around all of it", "quoted text stands right after quoted text")
	}
	g.quoted = quoted
}

// outsideContent tells whether t is no part of a document's content.
func outsideContent(t *token.Token) bool {
	switch t.Type {
	case token.CommentType, token.DocumentHeaderType, token.DocumentEndType, token.DirectiveType, token.SpaceType:
		return true
	}
	return false
}

func (g *guardian) refuse(t *token.Token, remedy, message string, args ...any) {
	g.problems.Add(Position{t.Position.Line, t.Position.Column}, remedy, message, args...)
}
