package dynamodb_test

import (
	"slices"
	"strings"
)

// update draws an update expression.
func (s *scope) update() string {
	var sections []string
	for _, i := range s.Perm(4)[:1+s.IntN(2)] {
		keyword := []string{"SET", "REMOVE", "ADD", "DELETE"}[i]
		var entries []string
		for range 1 + s.IntN(3) {
			entries = append(entries, s.entry(keyword))
		}
		sections = append(sections, keyword+" "+strings.Join(entries, ", "))
	}
	return strings.Join(sections, " ")
}

func (s *scope) entry(keyword string) string {
	a := s.target(keyword)
	path, kind := s.pathTo(a.name, a.kind), a.kind
	if strings.ContainsAny(path, ".[") {
		kind = one(s.generator, "N", "S", "SS")
	}
	switch {
	case keyword == "ADD" && (kind == "N" || !isSet(kind)):
		return path + " " + s.literal(s.scalar("N"))
	case keyword == "ADD", keyword == "DELETE" && isSet(kind):
		return path + " " + s.literal(s.value(kind, 0))
	case keyword == "DELETE":
		return path + " " + s.literal(s.value("SS", 0))
	case keyword == "SET" && s.indexKey()[a.name] != nil && s.chance(80):
		return path + " = " + s.literal(s.indexKey()[a.name].(object))
	case keyword == "REMOVE":
		return path
	case kind == "N" && s.chance(50):
		return path + " = " + s.sum()
	case kind == "L" && s.chance(50):
		return path + " = list_append(" + s.listSource() + ", " + s.listSource() + ")"
	}
	return path + " = " + s.source(kind)
}

func isSet(kind string) bool { return kind == "SS" || kind == "NS" || kind == "BS" }

// target draws an attribute for an update to write to, mostly one that it has not
// written to yet and that the keyword suits.
func (s *scope) target(keyword string) attributeKind {
	candidates := attributeKinds
	switch keyword {
	case "ADD":
		candidates = append([]attributeKind{{"x", "N"}, {"y", "N"}, {"ss", "SS"}, {"ns", "NS"}, {"n", "N"}}, one(s.generator, attributeKinds...))
	case "DELETE":
		candidates = append([]attributeKind{{"ss", "SS"}, {"ns", "NS"}, {"bs", "BS"}}, one(s.generator, attributeKinds...))
	case "SET", "REMOVE":
		candidates = append(slices.Clone(attributeKinds), attributeKind{"g", "S"}, attributeKind{"n", "N"},
			attributeKind{"l", "L"}, attributeKind{"m", "M"})
	}
	for {
		drawn := one(s.generator, candidates...)
		if !s.written[drawn.name] || s.chance(3) {
			s.written[drawn.name] = true
			return drawn
		}
		if s.chance(20) {
			candidates = attributeKinds
		}
	}
}

// numberPath draws a path that mostly leads to a number or to nothing.
func (s *scope) numberPath() string {
	if s.chance(75) {
		return one(s.generator, "x", "y")
	}
	path, _ := s.path()
	return path
}

// sum draws what SET may assign to a number.
func (s *scope) sum() string {
	operator := one(s.generator, " + ", " - ")
	switch s.IntN(3) {
	case 0:
		return s.numberPath() + operator + s.literal(s.scalar("N"))
	case 1:
		return s.literal(s.scalar("N")) + operator + s.numberPath()
	}
	return "if_not_exists(" + s.numberPath() + ", " + s.literal(s.scalar("N")) + ")" + operator + s.literal(s.scalar("N"))
}

// listSource draws an argument of list_append.
func (s *scope) listSource() string {
	switch s.IntN(4) {
	case 0:
		return "l"
	case 1:
		return "if_not_exists(l, " + s.literal(s.value("L", 1)) + ")"
	}
	return s.literal(s.value("L", 1))
}

// source draws what SET may assign to anything.
func (s *scope) source(kind string) string {
	switch s.IntN(6) {
	case 0:
		path, _ := s.path()
		return path
	case 1:
		path, _ := s.path()
		return "if_not_exists(" + path + ", " + s.literal(s.attribute(kind)) + ")"
	}
	return s.literal(s.attribute(kind))
}
