package dynamodb

import "bytes"

// A keyRange is what a Query reads: the store keys from low up to but without high.
type keyRange struct{ low, high []byte }

// contains tells whether key lies in the range; a nil high is no bound.
func (r keyRange) contains(key []byte) bool {
	return bytes.Compare(key, r.low) >= 0 && (r.high == nil || bytes.Compare(key, r.high) < 0)
}

// A keyPredicate is a condition on one attribute of the key: an operator and its values.
type keyPredicate struct {
	attribute string
	operator  string // a comparator, BETWEEN or begins_with
	values    []value
}

// keyPredicates takes a key condition apart: one predicate, or two with AND.
func keyPredicates(c condition) ([]keyPredicate, error) {
	switch c := c.(type) {
	case conjunction:
		left, err := keyPredicates(c.left)
		if err != nil {
			return nil, err
		}
		right, err := keyPredicates(c.right)
		return append(left, right...), err
	case comparison:
		return comparisonPredicate(c)
	case between:
		return newKeyPredicate("BETWEEN", c.of, c.low, c.high)
	case prefixTest:
		return newKeyPredicate("begins_with", c.of, c.prefix)
	}
	return nil, invalid("Invalid operator used in KeyConditionExpression: %s", operatorName(c))
}

// operatorName names what a key condition may not have.
func operatorName(c condition) string {
	switch c := c.(type) {
	case disjunction:
		return "OR"
	case negation:
		return "NOT"
	case membership:
		return "IN"
	case existence:
		if c.not {
			return "attribute_not_exists"
		}
		return "attribute_exists"
	case typeTest:
		return "attribute_type"
	}
	return "contains"
}

// comparisonPredicate turns a comparison round where its path is on the right.
func comparisonPredicate(c comparison) ([]keyPredicate, error) {
	if c.operator == "<>" {
		return nil, invalid("Invalid operator used in KeyConditionExpression: <>")
	}
	if _, isPath := c.right.(path); isPath {
		mirrored := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
		return newKeyPredicate(mirrored[c.operator], c.right, c.left)
	}
	return newKeyPredicate(c.operator, c.left, c.right)
}

func newKeyPredicate(operator string, of operand, values ...operand) ([]keyPredicate, error) {
	at, isPath := of.(path)
	if !isPath {
		return nil, invalid("KeyConditionExpressions cannot contain nested operations")
	}
	if len(at) > 1 {
		return nil, invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", at[0].name)
	}
	predicate := keyPredicate{attribute: at[0].name, operator: operator}
	for _, v := range values {
		given, isLiteral := v.(literal)
		if !isLiteral {
			return nil, invalid("KeyConditionExpressions cannot contain nested operations")
		}
		predicate.values = append(predicate.values, given.value)
	}
	return []keyPredicate{predicate}, nil
}

// keyRange is the range that the predicates select among the target's keys;
// longer keys, as indexes have, lie in it with all that follows.
func (t target) keyRange(predicates []keyPredicate) (keyRange, error) {
	hash, onRange, err := t.key.assign(predicates)
	if err != nil {
		return keyRange{}, err
	}
	if hash.operator != "=" {
		return keyRange{}, invalid("Query key condition not supported")
	}
	if err := t.checkPredicate(0, t.key.Hash, *hash); err != nil {
		return keyRange{}, err
	}
	prefix := appendKey(nil, hash.values[0])
	if onRange == nil {
		return keyRange{prefix, prefixEnd(prefix)}, nil
	}
	if err := t.checkPredicate(1, t.key.Range, *onRange); err != nil {
		return keyRange{}, err
	}
	return onRange.within(prefix), nil
}

// assign tells which predicate is on the hash and which on the range attribute.
func (k KeySchema) assign(predicates []keyPredicate) (hash, onRange *keyPredicate, err error) {
	seen := map[string]bool{}
	for _, p := range predicates {
		if seen[p.attribute] {
			return nil, nil, invalid("KeyConditionExpressions must only contain one condition per key")
		}
		seen[p.attribute] = true
	}
	if len(predicates) > 2 {
		return nil, nil, invalid("Conditions can be of length 1 or 2 only")
	}
	for i, p := range predicates {
		switch p.attribute {
		case k.Hash.Name:
			hash = &predicates[i]
		case k.Range.Name:
			onRange = &predicates[i]
		default:
			return nil, nil, invalid("Query condition missed key schema element: %s", k.missing(seen[k.Hash.Name]))
		}
	}
	if hash == nil {
		return nil, nil, invalid("Query condition missed key schema element: %s", k.Hash.Name)
	}
	return hash, onRange, nil
}

// missing names the key attribute for which a condition was meant to be.
func (k KeySchema) missing(hasHash bool) string {
	if hasHash && k.Range.Name != "" {
		return k.Range.Name
	}
	return k.Hash.Name
}

func (t target) checkPredicate(position int, a Attribute, p keyPredicate) error {
	for _, v := range p.values {
		if v.kind() != kind(a.Type) {
			return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
		if isEmptyKey(v) && p.operator != "begins_with" {
			return t.emptyKey(a, v)
		}
		if err := checkKeySize(position, v); err != nil {
			return err
		}
	}
	return nil
}

// emptyKey refuses an empty value of an attribute of the target's key.
func (t target) emptyKey(a Attribute, v value) error {
	if t.index == nil {
		return emptyTableKey(a, v)
	}
	return emptyIndexKey(*t.index, a, v)
}

// within is the range of keys below prefix that a predicate on the range attribute selects.
func (p keyPredicate) within(prefix []byte) keyRange {
	at := func(v value) []byte { return appendKey(bytes.Clone(prefix), v) }
	from, to := at(p.values[0]), at(p.values[len(p.values)-1])
	switch p.operator {
	case "=", "BETWEEN":
		return keyRange{from, prefixEnd(to)}
	case "<":
		return keyRange{prefix, from}
	case "<=":
		return keyRange{prefix, prefixEnd(from)}
	case ">":
		return keyRange{prefixEnd(from), prefixEnd(prefix)}
	case ">=":
		return keyRange{from, prefixEnd(prefix)}
	}
	beginning := from[:len(from)-2] // without the end mark
	return keyRange{beginning, prefixEnd(beginning)}
}
