package dynamodb_test

// condition draws a condition that nests at most depth deep.
func (s *scope) condition(depth int) string {
	if depth > 0 {
		switch s.IntN(6) {
		case 0:
			return s.condition(depth-1) + one(s.generator, " AND ", " and ") + s.condition(depth-1)
		case 1:
			return s.condition(depth-1) + " OR " + s.condition(depth-1)
		case 2:
			return "NOT " + s.condition(depth-1)
		case 3:
			return "(" + s.condition(depth-1) + " OR " + s.condition(depth-1) + ")"
		}
	}
	return s.predicate()
}

func (s *scope) predicate() string {
	if s.chance(10) {
		return s.operand("N") + one(s.generator, " = ", " <> ") + s.operand("S")
	}
	path, kind := s.path()
	switch s.IntN(9) {
	case 0:
		return "attribute_exists(" + path + ")"
	case 1:
		return "attribute_not_exists (" + path + ")"
	case 2:
		return "attribute_type(" + path + ", " + s.literal(object{"S": one(s.generator, kinds...)}) + ")"
	case 3:
		return "begins_with(" + path + ", " + s.literal(s.scalar(one(s.generator, "S", "B"))) + ")"
	case 4:
		return "contains(" + path + ", " + s.literal(s.any(1)) + ")"
	case 5:
		return "size(" + path + ") " + s.comparator() + " " + s.literal(object{"N": one(s.generator, "0", "1", "2", "3.5")})
	case 6:
		return path + " BETWEEN " + s.literal(object{"N": one(s.generator, "-5", "0", "1")}) + " AND " +
			s.literal(object{"N": one(s.generator, "1", "10", "1E+125")})
	case 7:
		return path + " IN (" + s.operand(kind) + "," + s.operand(kind) + ")"
	}
	return path + " " + s.comparator() + " " + s.comparand(kind)
}

func (s *scope) comparator() string { return one(s.generator, "=", "<>", "<", "<=", ">", ">=") }

// operand draws a value or another path.
func (s *scope) operand(kind string) string {
	if s.chance(20) {
		path, _ := s.path()
		return path
	}
	return s.literal(s.attribute(kind))
}

// comparand draws an operand that has an order.
func (s *scope) comparand(kind string) string {
	if kind != "S" && kind != "N" && kind != "B" {
		kind = one(s.generator, "S", "N", "B")
	}
	if s.chance(20) {
		path, _ := s.path()
		return path
	}
	return s.literal(s.scalar(kind))
}
