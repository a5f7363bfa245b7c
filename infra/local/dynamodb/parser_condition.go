package dynamodb

import (
	"slices"
	"strconv"
)

// A term is a part of a condition expression: either a condition or an operand,
// which only what follows it can tell.
type term struct {
	condition condition
	operand   operand
	function  string // the function that it is, if any
	enclosed  bool   // whether parentheses surround all of it
}

// parseCondition reads a condition; see "Comparison operator and function reference" in DynamoDB's guide.
func parseCondition(p *parser) (condition, error) { return p.asCondition(p.disjunction()) }

func (p *parser) disjunction() (term, error) {
	return p.joined("OR", p.conjunction, func(l, r condition) condition { return disjunction{l, r} })
}

func (p *parser) conjunction() (term, error) {
	return p.joined("AND", p.negation, func(l, r condition) condition { return conjunction{l, r} })
}

// joined reads one or more parts with the keyword between them.
func (p *parser) joined(keyword string, part func() (term, error), join func(l, r condition) condition) (term, error) {
	first, err := part()
	for err == nil && p.at(keyword) {
		left, fault := p.asCondition(first, nil)
		if fault != nil {
			return term{}, fault
		}
		p.advance()
		p.operators++
		right, fault := p.asCondition(part())
		if fault != nil {
			return term{}, fault
		}
		first = term{condition: join(left, right)}
	}
	return first, err
}

func (p *parser) negation() (term, error) {
	if !p.accept("NOT") {
		return p.predicate()
	}
	p.operators++
	negated, err := p.asCondition(p.negation())
	return term{condition: negation{negated}}, err
}

// asCondition returns t's condition; where t is a mere operand, the expression
// lacks its operator.
func (p *parser) asCondition(t term, err error) (condition, error) {
	switch {
	case err != nil:
		return nil, err
	case t.condition != nil:
		return t.condition, nil
	case t.function != "":
		p.misused(t.function)
		return existence{}, nil
	}
	return nil, p.unexpected()
}

// asOperand returns t's operand; a condition can't be compared.
func (p *parser) asOperand(t term, err error) (operand, error) {
	switch {
	case err != nil:
		return nil, err
	case t.operand != nil:
		return t.operand, nil
	case t.function != "":
		p.misused(t.function)
		return literal{null{}}, nil
	}
	return nil, p.unexpected()
}

func (p *parser) misused(function string) {
	p.refuse("The function is not allowed to be used this way in an expression; function: " + function)
}

// predicate reads a term and the operator that may follow it.
func (p *parser) predicate() (term, error) {
	first, err := p.primary()
	if err != nil {
		return term{}, err
	}
	var then func(operand) (condition, error)
	switch {
	case p.at("BETWEEN"):
		then = p.between
	case p.at("IN"):
		then = p.membership
	case p.atComparator():
		then = p.comparison
	default:
		return first, nil
	}
	left, err := p.asOperand(first, nil)
	if err != nil {
		return term{}, err
	}
	p.operators++
	operator, err := then(left)
	return term{condition: operator}, err
}

func (p *parser) atComparator() bool {
	return slices.ContainsFunc([]string{"=", "<>", "<", "<=", ">", ">="}, p.at)
}

func (p *parser) comparison(left operand) (condition, error) {
	operator := p.advance().text
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.distinct(operator, left, right)
	if operator != "=" && operator != "<>" {
		p.ordered(operator, left, right)
	}
	return comparison{operator, left, right}, nil
}

func (p *parser) between(of operand) (condition, error) {
	p.advance()
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.distinct("BETWEEN", of, low, high)
	p.ordered("BETWEEN", of, low, high)
	p.checkBounds(low, high)
	return between{of, low, high}, nil
}

// checkBounds refuses bounds, given as values, that no value lies between.
func (p *parser) checkBounds(low, high operand) {
	from, isLiteral := low.(literal)
	to, isToo := high.(literal)
	if !isLiteral || !isToo {
		return
	}
	bounds := "lower bound operand: AttributeValue: " + describe(from.value) +
		", upper bound operand: AttributeValue: " + describe(to.value)
	if from.value.kind() != to.value.kind() {
		p.refuse("The BETWEEN operator requires same data type for lower and upper bounds; " + bounds)
	}
	if order, _ := compare(from.value, to.value); order > 0 {
		p.refuse("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " + bounds)
	}
}

// describe writes a scalar as the messages do: {N:1}.
func describe(v value) string {
	content := ""
	switch v := v.(type) {
	case text:
		content = string(v)
	case number:
		content = v.String()
	}
	return "{" + string(v.kind()) + ":" + content + "}"
}

func (p *parser) membership(of operand) (condition, error) {
	p.advance()
	list, err := p.arguments()
	p.distinct("IN", of, list...)
	if len(list) > maxOperands {
		p.refuse("The IN operator is provided with too many operands; number of operands: " + strconv.Itoa(len(list)))
	}
	return membership{of, list}, err
}

// arguments reads one or more operands in parentheses.
func (p *parser) arguments() ([]operand, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []operand
	for {
		next, err := p.operand()
		if err != nil {
			return nil, err
		}
		list = append(list, next)
		if !p.accept(",") {
			return list, p.expect(")")
		}
	}
}

// operand reads an operand where no condition may stand.
func (p *parser) operand() (operand, error) { return p.asOperand(p.operandTerm()) }

func (p *parser) operandTerm() (term, error) {
	if p.accept("(") {
		return p.enclosed(p.operandTerm)
	}
	return p.simple()
}

// primary reads a path, a value, a function, or anything in parentheses.
func (p *parser) primary() (term, error) {
	if p.accept("(") {
		return p.enclosed(p.disjunction)
	}
	return p.simple()
}

// simple reads a path, a value or a function.
func (p *parser) simple() (term, error) {
	switch {
	case p.current.kind == tokenValue:
		return term{operand: literal{p.literal(p.advance())}}, nil
	case p.current.kind == tokenWord && lex(p.src, p.current.end).text == "(" && p.atAttribute():
		return p.function(p.advance().text)
	}
	at, err := p.path()
	return term{operand: at}, err
}

// enclosed reads the rest of what is in parentheses.
func (p *parser) enclosed(content func() (term, error)) (term, error) {
	inner, err := content()
	if err != nil {
		return term{}, err
	}
	if inner.enclosed {
		p.refuse("The expression has redundant parentheses;")
	}
	inner.enclosed = true
	return inner, p.expect(")")
}

// distinct refuses an operator or function on one and the same path.
func (p *parser) distinct(operator string, first operand, others ...operand) {
	for _, other := range others {
		if at, same := samePath(first, other); same {
			p.refuse("The first operand must be distinct from the remaining operands for this operator or function; " +
				"operator: " + operator + ", first operand: " + at.String())
		}
	}
}

// ordered refuses operands of a kind without order.
func (p *parser) ordered(operator string, operands ...operand) {
	for _, o := range operands {
		if k := staticKind(o); k != "" && !k.ordered() {
			p.wrongKind(operator, k)
		}
	}
}

func (p *parser) wrongKind(operator string, k kind) {
	p.refuse("Incorrect operand type for operator or function; operator or function: " +
		operator + ", operand type: " + string(k))
}
