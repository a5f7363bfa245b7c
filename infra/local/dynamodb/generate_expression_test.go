package dynamodb_test

import (
	"fmt"
	"strings"
)

// A scope is the placeholders that the expressions of one request use.
type scope struct {
	*generator
	names, values object
	written       map[string]bool // attributes that the update writes to
}

func (g *generator) scope() *scope { return &scope{g, object{}, object{}, map[string]bool{}} }

// into completes a request with the definitions of the placeholders.
func (s *scope) into(request object) object {
	if len(s.names) > 0 {
		request["ExpressionAttributeNames"] = s.names
	}
	if len(s.values) > 0 {
		request["ExpressionAttributeValues"] = s.values
	}
	return request
}

// name writes an attribute's name, where it must as a placeholder.
func (s *scope) name(name string) string {
	plain := !strings.ContainsAny(name, ".öß") && name != "name"
	if plain && s.chance(80) {
		return name
	}
	key := fmt.Sprintf("#%c", 'a'+len(s.names))
	for known, n := range s.names {
		if n == name {
			key = known
		}
	}
	s.names[key] = name
	return key
}

// literal writes a value as a placeholder.
func (s *scope) literal(v object) string {
	key := fmt.Sprintf(":v%d", len(s.values))
	s.values[key] = v
	return key
}

// pathTo writes the path to an attribute or, where that may have parts, to one of them.
func (s *scope) pathTo(name, kind string) string {
	path := s.name(name)
	for depth := 0; depth < 3 && s.chance(50); depth++ {
		switch {
		case kind == "L", kind == "" && s.chance(50):
			path += fmt.Sprintf("[%d]", s.IntN(4))
		case kind == "M", kind == "":
			path += "." + s.name(one(s.generator, "k", "l", "m"))
		default:
			return path
		}
		kind = ""
	}
	return path
}

// path draws a path, mostly to an attribute that is no primary key, with its usual type if it has one.
func (s *scope) path() (path, kind string) {
	if s.chance(3) {
		return s.name(one(s.generator, "pk", "sk")), "S"
	}
	a := one(s.generator, attributeKinds...)
	path = s.pathTo(a.name, a.kind)
	if strings.ContainsAny(path, ".[") {
		return path, one(s.generator, "N", "S", "B")
	}
	return path, a.kind
}

// projection draws a projection expression.
func (s *scope) projection() string {
	var paths []string
	if s.chance(30) {
		paths = append(paths, s.name("pk"))
	}
	for _, i := range s.Perm(len(attributeKinds))[:1+s.IntN(4)] {
		a := attributeKinds[i]
		paths = append(paths, s.pathTo(a.name, a.kind))
		if s.chance(3) {
			paths = append(paths, s.pathTo(a.name, a.kind))
		}
	}
	return strings.Join(paths, ", ")
}
