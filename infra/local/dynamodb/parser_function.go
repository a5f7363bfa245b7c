package dynamodb

import (
	"slices"
	"strconv"
)

// function reads the arguments of a function of conditions and makes it a term.
func (p *parser) function(name string) (term, error) {
	p.operators++
	args, err := p.arguments()
	if err != nil {
		return term{}, err
	}
	made := term{function: name, condition: existence{}} // stands for a function that is refused
	if !p.allowed(name, args) {
		return made, nil
	}
	switch name {
	case "size":
		p.sizeable(args[0])
		return term{function: name, operand: size{args[0]}}, nil
	case "attribute_exists", "attribute_not_exists":
		at, isPath := args[0].(path)
		if !isPath {
			p.refuse("Operator or function requires a document path; operator or function: " + name)
		}
		made.condition = existence{at, name == "attribute_not_exists"}
	case "attribute_type":
		made.condition = typeTest{args[0], p.kindNamed(args[1])}
	case "begins_with":
		p.beginnable(args...)
		made.condition = prefixTest{args[0], args[1]}
	case "contains":
		made.condition = containment{args[0], args[1]}
	}
	p.distinct(name, args[0], args[1:]...)
	return made, nil
}

// allowed checks a function's name and the number of its arguments.
func (p *parser) allowed(name string, args []operand) bool {
	arity := 1
	switch name {
	case "size", "attribute_exists", "attribute_not_exists":
	case "attribute_type", "begins_with", "contains":
		arity = 2
	case "if_not_exists", "list_append":
		p.refuse("The function is not allowed in a " + p.grammarName() + " expression; function: " + name)
		return false
	default:
		p.refuse("Invalid function name; function: " + name)
		return false
	}
	return p.arity(name, len(args), arity)
}

// arity refuses a number of operands other than the one wanted.
func (p *parser) arity(function string, n, want int) bool {
	if n != want {
		p.refuse("Incorrect number of operands for operator or function; operator or function: " +
			function + ", number of operands: " + strconv.Itoa(n))
	}
	return n == want
}

func (p *parser) grammarName() string {
	switch p.parameter {
	case "FilterExpression":
		return "filter"
	case "KeyConditionExpression":
		return "key condition"
	case "UpdateExpression":
		return "update"
	}
	return "condition"
}

func (p *parser) sizeable(o operand) {
	switch k := staticKind(o); k {
	case kindNumber, kindBoolean, kindNull:
		p.wrongKind("size", k)
	}
}

func (p *parser) beginnable(operands ...operand) {
	for _, o := range operands {
		if k := staticKind(o); k != "" && k != kindText && k != kindBinary {
			p.wrongKind("begins_with", k)
		}
	}
}

// kindNamed is the kind that the second argument of attribute_type names, which must be a value.
func (p *parser) kindNamed(o operand) kind {
	given, isLiteral := o.(literal)
	if !isLiteral {
		p.wrongKind("attribute_type", "path")
		return ""
	}
	name, isText := given.value.(text)
	if !isText {
		p.wrongKind("attribute_type", given.value.kind())
		return ""
	}
	if !slices.Contains([]kind{"N", "BS", "L", "B", "NULL", "M", "S", "SS", "NS", "BOOL"}, kind(name)) {
		p.refuse("Invalid attribute type name found; type: " + string(name) +
			", valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}")
	}
	return kind(name)
}
