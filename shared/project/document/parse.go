package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// Parse reads one document of at most limit bytes. When it has problems, the
// node is nil.
func Parse(source []byte, limit int) (*Node, Problems) {
	text, problems := normalize(source, limit)
	if len(problems) > 0 {
		return nil, problems
	}
	tokens := lexer.Tokenize(text)
	if problems := guard(tokens); len(problems) > 0 {
		return nil, problems
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Problems{syntaxProblem(err)}
	}
	body := onlyBody(file)
	if body == nil {
		return nil, Problems{{Line: 1, Column: 1, Message: "the file is empty"}}
	}
	var b builder
	root := b.node(body, nil, 1)
	if len(b.problems) > 0 {
		return nil, b.problems.Join(nil)
	}
	return root, nil
}

// normalize checks what a text must be before it can be YAML, and turns every
// line break into one line feed: the parser counts some others twice.
func normalize(source []byte, limit int) (string, Problems) {
	if len(source) > limit {
		return "", Problems{{Line: 1, Column: 1, Message: fmt.Sprintf("the file has %d bytes", len(source)),
			Remedy: fmt.Sprintf("at most %d are accepted", limit)}}
	}
	source = bytes.TrimPrefix(source, []byte("\uFEFF"))
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(source))
	at := Position{Line: 1, Column: 1}
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			return "", Problems{{at.Line, at.Column, "the file is not UTF-8 text", "save it in the encoding UTF-8"}}
		case r == '\n':
			at = Position{Line: at.Line + 1}
		case r < ' ' && r != '\t', r == 0x7F, r == '\uFEFF':
			return "", Problems{{at.Line, at.Column, fmt.Sprintf("the control character %U may not stand here", r), "remove it"}}
		}
		at.Column++
	}
	return text, nil
}

// syntaxProblem tells what the YAML parser found wrong. It leaves out the excerpt
// of the source in the error's own text, which takes long to make of a long source.
func syntaxProblem(err error) Problem {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return Problem{Line: 1, Column: 1, Message: "not YAML: " + err.Error()}
	}
	problem := Problem{Line: 1, Column: 1, Message: "not YAML: " + syntax.GetMessage()}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		problem.Line, problem.Column = t.Position.Line, t.Position.Column
	}
	return problem
}

// onlyBody returns the document's content, or nil when there is none. That there
// is one document at most is known from the tokens.
func onlyBody(file *ast.File) ast.Node {
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if _, comment := doc.Body.(*ast.CommentGroupNode); !comment {
			return doc.Body
		}
	}
	return nil
}
