package document

import (
	"fmt"
	"math"

	"github.com/goccy/go-yaml/ast"
)

// A builder turns the parser's tree into nodes and collects the problems on the way.
type builder struct {
	problems Problems
	tooDeep  bool
}

// node converts n, which key names (nil: nothing does) and which stands at the
// given depth, counted from 1.
func (b *builder) node(n ast.Node, key *Field, depth int) *Node {
	out := &Node{Position: start(n)}
	out.Place = out.Position
	if key != nil {
		out.Place = key.Position
	}
	if depth > maxDepth {
		if !b.tooDeep {
			b.tooDeep = true
			b.problems.Add(out.Position, fmt.Sprintf("at most %d levels are accepted", maxDepth), "the file is nested too deeply here")
		}
		return out
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		out.Kind, out.Flow = Mapping, v.IsFlowStyle
		b.fields(out, v.Values, depth)
	case *ast.MappingValueNode:
		out.Kind = Mapping
		b.fields(out, []*ast.MappingValueNode{v}, depth)
	case *ast.SequenceNode:
		out.Kind, out.Flow = Sequence, v.IsFlowStyle
		for _, item := range v.Values {
			out.Items = append(out.Items, b.node(item, nil, depth+1))
		}
	default:
		b.scalar(out, n)
	}
	return out
}

func (b *builder) fields(out *Node, values []*ast.MappingValueNode, depth int) {
	out.index = make(map[string]int, len(values))
	for _, v := range values {
		f := Field{Position: start(v.Key), Name: b.key(v.Key)}
		if first, found := out.field(f.Name); found {
			b.problems.Add(f.Position, fmt.Sprintf("keep this one or the one in line %d", first.Line), "the key %q stands here a second time", f.Name)
			continue
		}
		out.index[f.Name] = len(out.Fields)
		f.Value = b.node(v.Value, &f, depth+1)
		out.Fields = append(out.Fields, f)
	}
}

// key returns the name of a key, which must be a scalar in one line.
func (b *builder) key(n ast.MapKeyNode) string {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	b.problems.Add(start(n), "put the key in quotes", "a key must be text")
	return ""
}

func (b *builder) scalar(out *Node, n ast.Node) {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return
	case *ast.StringNode:
		out.Value, out.Text = v.Value, v.Value
	case *ast.LiteralNode:
		out.Value, out.Text = v.Value.Value, v.Value.Value
	case *ast.BoolNode:
		out.Value, out.Text = v.Value, v.GetToken().Value
	case *ast.FloatNode:
		if math.IsInf(v.Value, 0) {
			b.problems.Add(out.Position, "put it in quotes if it is meant as text", "%q is too large a number", v.GetToken().Value)
			return
		}
		out.Value, out.Text = v.Value, v.GetToken().Value
	case *ast.IntegerNode:
		out.Value, out.Text = v.Value, v.GetToken().Value
	default: // infinities, not-a-number and whatever else JSON has no value for
		b.problems.Add(out.Position, "put it in quotes if it is meant as text", "%q is a value that is not accepted", n.GetToken().Value)
	}
}

// start returns where a node's text starts. A block mapping starts at its first
// key; the parser has it start at the colon.
func start(n ast.Node) Position {
	switch v := n.(type) {
	case nil:
		return Position{Line: 1, Column: 1}
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return start(v.Values[0])
		}
	case *ast.MappingValueNode:
		return start(v.Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return Position{Line: 1, Column: 1}
	}
	return Position{Line: t.Position.Line, Column: t.Position.Column}
}
