//go:build conformance

package eventbridge_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A generator makes events and patterns that have a fair chance to match them.
type generator struct{ *rand.Rand }

// What the generated events are made of: names that collide when paths are joined,
// strings whose cases and ends matter, and the same numbers in several notations.
var (
	names = []string{"a", "b", "c", "a.b", "numeric", "é"}
	words = []string{"", "x", "X", "xy", "XY", "yx", "xyx", "é", "É", "ß", "SS", "ſ", "K", "日本", "1", "10", "true", "null",
		"x*y", `a\b`, "xzzy", "dir1/dir2/image.PNG", "arn:aws:s3:::b"}
	addresses = []string{"10.0.0.5", "10.0.0.9", "10.0.1.1", "192.168.0.255", "0.0.0.0", "::1", "2001:db8::7", "2001:DB8:0:0:0:0:0:7", "::ffff:10.0.0.5", "::ffff:a00:5", "fe80::1%eth0", "10.0.0.256", "10.0.0"}
	networks  = []string{"10.0.0.0/24", "10.0.0.0/8", "10.0.0.6/24", "0.0.0.0/0", "192.168.0.0/31", "10.0.0.0/32", "::/64", "2001:db8::/32", "2001:DB8::/127", "::1/128", "::ffff:10.0.0.0/120", "::ffff:a00:0/24", "::ffff:a00:0/120"}
	numbers   = [][]string{{"1", "1.0", "1e0", "0.1e1", "10E-1"}, {"10", "1E1", "10.00", "1e+1"}, {"0", "-0", "0.0", "0e7"}, {"-3", "-3.0", "-30e-1"},
		{"1.5", "15e-1", "1.50"}, {"301.8", "3.018e2"}, {"5000000000", "5e9"}, {"-5000000000", "-5E9"}, {"0.000001", "1e-6"}, {"4999999999.999999"}}
	extremes = []string{"5000000001", "5000000000.1", "0.0000001", "1e-7", "1e400", "-1e-400", "12345678901234567890", "0.1000000000000000055", "0.1"}
	literals = []string{"true", "false", "null"}
)

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

// odds is true once in n times.
func (g generator) odds(n int) bool { return g.IntN(n) == 0 }

// A field is a scalar of an event with its path.
type field struct {
	path  []string
	value string // JSON
}

// event returns an event and its scalars.
func (g generator) event() (text string, fields []field) {
	text = g.object(nil, &fields)
	return text, fields
}

func (g generator) object(path []string, fields *[]field) string {
	var members []string
	for _, name := range names {
		if g.odds(40) {
			name = "numeric" // which is reserved within $or
		}
		if g.odds(2) {
			at := append(slices.Clip(path), name)
			members = append(members, quote(name)+":"+g.value(at, fields))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (g generator) value(path []string, fields *[]field) string {
	const deepest = 3
	switch kind := g.IntN(10); {
	case kind < 2 && len(path) < deepest:
		return g.object(path, fields)
	case kind < 5:
		return g.array(path, fields)
	}
	f := field{path, g.scalar()}
	*fields = append(*fields, f)
	return f.value
}

func (g generator) array(path []string, fields *[]field) string {
	elements := make([]string, g.IntN(4))
	for i := range elements {
		if len(path) < 3 && g.odds(2) {
			elements[i] = g.object(path, fields)
		} else if g.odds(8) {
			elements[i] = "[" + g.value(path, fields) + "]"
		} else {
			f := field{path, g.scalar()}
			*fields = append(*fields, f)
			elements[i] = f.value
		}
	}
	return "[" + strings.Join(elements, ",") + "]"
}

func (g generator) scalar() string {
	switch g.IntN(8) {
	case 0:
		return pick(g, literals)
	case 1, 2:
		if g.odds(8) {
			return pick(g, extremes)
		}
		return g.number()
	case 3:
		return quote(pick(g, addresses))
	}
	return g.text()
}

func (g generator) number() string { return pick(g, pick(g, numbers)) }

func (g generator) text() string { return quote(pick(g, words)) }

// quote returns text as JSON.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always has its JSON
	}
	return string(quoted)
}

// A shape is the object of a pattern: its fields, and the shapes that are its alternatives.
type shape struct {
	names  []string
	leaves map[string]string // JSON arrays
	inner  map[string]*shape
	or     []*shape
}

func newShape() *shape { return &shape{leaves: map[string]string{}, inner: map[string]*shape{}} }

// set puts the alternatives at path, unless something else is there.
func (s *shape) set(path []string, alternatives string) {
	name := path[0]
	_, isLeaf := s.leaves[name]
	inner := s.inner[name]
	if !isLeaf && inner == nil {
		s.names = append(s.names, name)
	}
	switch {
	case len(path) == 1 && inner == nil:
		s.leaves[name] = alternatives
	case len(path) > 1 && !isLeaf:
		if inner == nil {
			inner = newShape()
			s.inner[name] = inner
		}
		inner.set(path[1:], alternatives)
	}
}

func (s *shape) String() string {
	var members []string
	for _, name := range s.names {
		value := s.leaves[name]
		if inner := s.inner[name]; inner != nil {
			value = inner.String()
		}
		members = append(members, quote(name)+":"+value)
	}
	if len(s.or) > 0 {
		members = append(members, fmt.Sprintf(`"$or":[%s]`, strings.Join(texts(s.or), ",")))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func texts(shapes []*shape) []string {
	var all []string
	for _, s := range shapes {
		all = append(all, s.String())
	}
	return all
}

// pattern returns a pattern, most of whose parts accept one of the fields each.
func (g generator) pattern(fields []field) string {
	s := g.shape(fields)
	if g.odds(4) {
		for range 2 + g.IntN(2) {
			s.or = append(s.or, g.shape(fields))
		}
		if g.odds(5) {
			s.or[0].or = []*shape{g.shape(fields), g.shape(nil)}
		}
	}
	return s.String()
}

func (g generator) shape(fields []field) *shape {
	s := newShape()
	for range 1 + g.IntN(3) {
		switch {
		case len(fields) == 0 || g.odds(12):
			s.set([]string{pick(g, names), pick(g, names)}[:1+g.IntN(2)], "["+g.alternative()+"]")
		default:
			f := pick(g, fields)
			s.set(f.path, "["+strings.Join(g.alternatives(f.value), ",")+"]")
		}
	}
	if g.odds(200) {
		s.set([]string{"b"}, "[]")
	}
	return s
}

// alternatives returns one that accepts value, as a rule, and some others.
func (g generator) alternatives(value string) []string {
	var all []string
	if !g.odds(12) {
		all = append(all, g.accepting(value))
	}
	for len(all) == 0 || g.odds(4) {
		all = append(all, g.alternative())
	}
	return all
}
