package dynamodb_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator draws requests to the tables of testdata/sequences.json. Its pools are
// small, so that requests meet each other's items, attributes and values.
type generator struct {
	*rand.Rand
	sequence string // tells the sequence's tokens from those of all others
}

func newGenerator(seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, 0)), fmt.Sprint(seed)}
}

type object = map[string]any

// one draws one of some things.
func one[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

// chance is true in percent of 100 draws.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// scalars are the values of each type that has no others in it.
var scalars = map[string][]string{
	"S": {"", "a", "ab", "b", "ü", "😀", "a\u0000", "<&>", "text"},
	"N": {"0", "1", "-1", "2", "10", "0.5", "-10.25", "99", "100", "12345678901234567890123456789012345678",
		"-0.00000000000000000000000000000000000001", "1E+125", "1E-130", "-9.9999999999999999999999999999999999999E+125",
		"1.0", "1e2", "007"},
	"B": {"", "a", "ab", "\x00\xff", "\x01"},
}

func (g *generator) scalar(kind string) object {
	content := one(g, scalars[kind]...)
	if kind == "B" {
		content = base64.StdEncoding.EncodeToString([]byte(content))
	}
	return object{kind: content}
}

// kinds are all types of values.
var kinds = []string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

// value draws a value of a type, in which others lie at most depth levels deep.
func (g *generator) value(kind string, depth int) object {
	switch kind {
	case "BOOL":
		return object{kind: g.chance(50)}
	case "NULL":
		return object{kind: true}
	case "SS", "NS", "BS":
		return object{kind: g.elements(kind[:1])}
	case "L":
		elements := []any{}
		for range g.IntN(4) {
			elements = append(elements, g.any(depth-1))
		}
		return object{kind: elements}
	case "M":
		members := object{}
		for _, name := range []string{"k", "l", "m"} {
			if g.chance(50) {
				members[name] = g.any(depth - 1)
			}
		}
		return object{kind: members}
	}
	return g.scalar(kind)
}

// any draws a value of any type.
func (g *generator) any(depth int) object {
	if depth <= 0 {
		return g.value(one(g, "S", "N", "B", "BOOL", "NULL", "SS", "NS"), 0)
	}
	return g.value(one(g, append(kinds, "L", "M", "N", "S")...), depth)
}

// elements draws the elements of a set, which are distinct as values.
func (g *generator) elements(kind string) []any {
	pool := map[string][]string{"S": {"a", "b", "c", "ü", ""}, "N": {"0", "1", "-2.5", "1E+20", "7"}, "B": {"YQ==", "Yg==", "AP8=", ""}}[kind]
	var drawn []any
	for _, i := range g.Perm(len(pool))[:1+g.IntN(3)] {
		drawn = append(drawn, pool[i])
	}
	return drawn
}

// An attributeKind is the name of an attribute with the type that it mostly has.
type attributeKind struct{ name, kind string }

// attributeKinds are the attributes that are no keys.
var attributeKinds = []attributeKind{
	{"x", "N"}, {"y", "N"}, {"s", "S"}, {"t", "BOOL"}, {"z", "NULL"}, {"b", "B"}, {"l", "L"}, {"m", "M"}, {"ss", "SS"}, {"ns", "NS"},
	{"bs", "BS"}, {"name", "S"}, {"a.b", "N"}, {"größe", "S"},
}

// attribute draws an attribute's value, mostly of the type that fits its name.
func (g *generator) attribute(kind string) object {
	if g.chance(12) {
		return g.any(2)
	}
	return g.value(kind, 2)
}

// key draws the primary key of an item of a table.
func (g *generator) key(table string) object {
	switch table {
	case "Items":
		return object{"pk": object{"S": one(g, "a", "ü")}, "sk": object{"S": one(g, "1", "2", "a", "ab")}}
	case "Log":
		return object{"pk": object{"S": one(g, "a", "b")}, "sk": object{"N": one(g, "-10", "-1.5", "0", "2", "10", "1E+30")}}
	}
	return object{"pk": object{"B": one(g, "AA==", "AAE=", "Yg==", "/w==")}}
}

// item draws an item of a table, with the keys of its indexes more often than not.
func (g *generator) item(table string) object {
	it := g.key(table)
	for _, a := range attributeKinds {
		if g.chance(30) || (a.kind == "L" || a.kind == "M") && g.chance(50) {
			it[a.name] = g.attribute(a.kind)
		}
	}
	key := g.indexKey()
	for _, name := range []string{"g", "n"} {
		if g.chance(60) {
			it[name] = key[name]
		}
	}
	if g.chance(2) {
		it["large"] = object{"S": strings.Repeat("x", 1000*(1+g.IntN(9)))}
	}
	return it
}

// indexKey draws values for the attributes that are keys of indexes.
func (g *generator) indexKey() object {
	return object{"g": object{"S": one(g, "G", "H")}, "n": object{"N": one(g, "-1", "0", "3", "20")}}
}
