package dynamodb

import "slices"

// parseUpdate reads an update expression; see "Update expressions" in DynamoDB's guide.
func parseUpdate(p *parser) (update, error) {
	var u update
	seen := map[string]bool{}
	for len(seen) == 0 || p.current.kind != tokenEnd {
		section := p.section()
		if section == "" {
			return u, p.unexpected()
		}
		if seen[section] {
			p.refuse(`The "` + section + `" section can only be used once in an update expression;`)
		}
		seen[section] = true
		if err := p.entries(section, &u); err != nil {
			return u, err
		}
	}
	if fault := checkOverlap(u.paths()); fault != "" {
		p.refuse(fault)
	}
	return u, nil
}

// section takes the keyword that starts a section.
func (p *parser) section() string {
	for _, keyword := range []string{"SET", "REMOVE", "ADD", "DELETE"} {
		if p.accept(keyword) {
			return keyword
		}
	}
	return ""
}

// entries reads the entries of a section, of which there is at least one.
func (p *parser) entries(section string, u *update) error {
	for {
		if err := p.entry(section, u); err != nil {
			return err
		}
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) entry(section string, u *update) error {
	at, err := p.path()
	if err != nil {
		return err
	}
	switch section {
	case "SET":
		if err := p.expect("="); err != nil {
			return err
		}
		from, err := p.sum()
		u.sets = append(u.sets, assignment{at, from})
		return err
	case "REMOVE":
		u.removes = append(u.removes, at)
		return nil
	}
	if p.current.kind != tokenValue {
		return p.unexpected()
	}
	by := p.literal(p.advance())
	p.adjustable(section, by)
	if section == "ADD" {
		u.adds = append(u.adds, adjustment{at, by})
	} else {
		u.deletes = append(u.deletes, adjustment{at, by})
	}
	return nil
}

// adjustable refuses what ADD can't add and DELETE can't delete.
func (p *parser) adjustable(section string, by value) {
	allowed := []kind{kindTextSet, kindNumberSet, kindBinarySet}
	if section == "ADD" {
		allowed = append(allowed, kindNumber)
	}
	if k := by.kind(); !slices.Contains(allowed, k) {
		p.refuse("Incorrect operand type for operator or function; operator: " + section +
			", operand type: " + k.longName() + ", typeSet: ALLOWED_FOR_" + section + "_OPERAND")
	}
}

// sum reads what SET assigns: an operand, or two with + or - between them.
func (p *parser) sum() (source, error) {
	if p.accept("(") {
		inner, err := p.sum()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	}
	left, err := p.source()
	if err != nil || !p.at("+") && !p.at("-") {
		return left, err
	}
	p.operators++
	operator := p.advance().text
	right, err := p.source()
	if err != nil {
		return nil, err
	}
	p.addend(operator, left)
	p.addend(operator, right)
	return sum{left, right, operator == "-"}, nil
}

// addend refuses what is never a number.
func (p *parser) addend(operator string, s source) {
	switch s := s.(type) {
	case literal:
		if k := s.value.kind(); k != kindNumber {
			p.wrongKind(operator, k)
		}
	case concatenation:
		p.misused("list_append")
	}
}

// source reads a path, a value or a function.
func (p *parser) source() (source, error) {
	if p.current.kind == tokenValue {
		return literal{p.literal(p.advance())}, nil
	}
	if p.current.kind == tokenWord && lex(p.src, p.current.end).text == "(" && p.atAttribute() {
		return p.sourceFunction(p.advance().text)
	}
	return p.path()
}

func (p *parser) sourceFunction(name string) (source, error) {
	p.operators++
	args, err := p.sources()
	if err != nil {
		return nil, err
	}
	refused := literal{null{}}
	switch name {
	case "if_not_exists":
		if !p.arity(name, len(args), 2) {
			return refused, nil
		}
		at, isPath := args[0].(path)
		if !isPath {
			p.refuse("Operator or function requires a document path; operator or function: " + name)
		}
		return fallback{at, args[1]}, nil
	case "list_append":
		if !p.arity(name, len(args), 2) {
			return refused, nil
		}
		p.appendable(args...)
		return concatenation{args[0], args[1]}, nil
	case "size", "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains":
		p.refuse("The function is not allowed in an update expression; function: " + name)
	default:
		p.refuse("Invalid function name; function: " + name)
	}
	return refused, nil
}

// appendable refuses values that are no lists.
func (p *parser) appendable(args ...source) {
	for _, arg := range args {
		if l, isLiteral := arg.(literal); isLiteral && l.value.kind() != kindList {
			p.wrongKind("list_append", l.value.kind())
		}
	}
}

// sources reads the arguments of a function.
func (p *parser) sources() ([]source, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []source
	for {
		next, err := p.source()
		if err != nil {
			return nil, err
		}
		list = append(list, next)
		if !p.accept(",") {
			return list, p.expect(")")
		}
	}
}
