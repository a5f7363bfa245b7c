package stepfunctions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// faults tells what of an expression gnata would evaluate otherwise than
// jsonata.js, and no function of the library can put right.
func faults(tokens []token) []string {
	var list []string
	var open []token // brackets
	ordered, bound := false, false
	for i, t := range tokens {
		before, after := neighbour(tokens, i-1), neighbour(tokens, i+1)
		switch {
		case t.kind == tokenRegex:
			list = append(list, regexFaults(t, before, after)...)
		case t.is("..") && (len(open) == 0 || !open[len(open)-1].is("[")):
			list = append(list, "S0201: Syntax error: \"..\"; a range stands in brackets, as in [1..3].")
		case t.is("@") || t.is("#"):
			bound = true
			if following := neighbour(tokens, i+2); following.is("[") || following.is("^") {
				list = append(list, "A predicate or order-by directly behind a variable bound by "+t.text+" is not supported; use $filter or $sort.")
			}
		case t.is("^"):
			ordered = true
		case slices.ContainsFunc([]string{"(", "[", "{"}, t.is):
			open = append(open, t)
		case slices.ContainsFunc([]string{")", "]", "}"}, t.is) && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if ordered && bound {
		list = append(list, "Order-by (^) together with a variable bound by @ or # is not supported; use $sort.")
	}
	if ordered && slices.ContainsFunc(tokens, func(t token) bool { return t.kind == tokenParent }) {
		list = append(list, "Order-by (^) together with a parent (%) is not supported; use $sort.")
	}
	return list
}

func neighbour(tokens []token, i int) token {
	if i < 0 || i >= len(tokens) {
		return token{}
	}
	return tokens[i]
}

func regexFaults(t, before, after token) []string {
	var list []string
	if _, err := regexp.Compile(t.text); err != nil {
		list = append(list, fmt.Sprintf("The regular expression /%s/ is not supported: %v; "+
			"lookaround, backreferences and \\u are not available.", t.text, err))
	}
	if before.is("~>") || after.is("(") {
		list = append(list, fmt.Sprintf("The regular expression /%s/ is called as a function, which is not supported; use $match.", t.text))
	}
	return list
}

// forGnata returns source as gnata takes it: its wildcards, descendants and context
// values as steps of a path leave arrays inside of arrays, which functions and
// parentheses flatten as jsonata.js does, and it takes a division behind ] for a
// regular expression.
func forGnata(source string, tokens []token) string {
	text := []rune(source)
	var b strings.Builder
	at := 0
	replace := func(t token, by string) {
		b.WriteString(string(text[at:t.start]))
		b.WriteString(by)
		at = t.end
	}
	for i, t := range tokens {
		switch {
		case t.kind == tokenWildcard:
			replace(t, "$"+wildcards()[t.text]+"($)")
		case t.kind == tokenVariable && t.text == "" && neighbour(tokens, i-1).is("."):
			replace(t, "($)")
		case t.is("/") && neighbour(tokens, i-1).is("]"):
			replace(t, ".($)/")
		}
	}
	b.WriteString(string(text[at:]))
	return b.String()
}
