//go:build conformance

package eventbridge_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// accepting returns an alternative that, as a rule, accepts the scalar.
func (g generator) accepting(value string) string {
	if g.odds(10) {
		return `{"exists":true}`
	}
	if g.odds(8) {
		return g.refusing()
	}
	var text string
	switch {
	case json.Unmarshal([]byte(value), &text) == nil && value != "null":
		return g.acceptingText(text)
	case value[0] == '-' || value[0] >= '0' && value[0] <= '9':
		return g.acceptingNumber(value)
	}
	return value
}

func (g generator) acceptingText(text string) string {
	runes := []rune(text)
	cut := g.IntN(len(runes) + 1)
	head, tail := string(runes[:cut]), string(runes[cut:])
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf(`{"prefix":%s}`, quote(head))
	case 1:
		return fmt.Sprintf(`{"suffix":%s}`, quote(tail))
	case 2:
		return fmt.Sprintf(`{"equals-ignore-case":%s}`, quote(g.recased(text)))
	case 3:
		return fmt.Sprintf(`{"prefix":{"equals-ignore-case":%s}}`, quote(g.recased(head)))
	case 4:
		return fmt.Sprintf(`{"suffix":{"equals-ignore-case":%s}}`, quote(g.recased(tail)))
	case 5:
		return fmt.Sprintf(`{"wildcard":%s}`, quote(starred(head)+"*"+starred(tail)))
	case 6:
		if strings.ContainsAny(text, ".:") {
			return fmt.Sprintf(`{"cidr":%s}`, quote(pick(g, networks)))
		}
	}
	return quote(text)
}

// starred quotes what a wildcard expression takes for its own.
func starred(text string) string { return strings.NewReplacer(`\`, `\\`, "*", `\*`).Replace(text) }

func (g generator) recased(text string) string {
	switch g.IntN(3) {
	case 0:
		return strings.ToUpper(text)
	case 1:
		return strings.ToLower(text)
	}
	return strings.Map(unicode.SimpleFold, text)
}

func (g generator) acceptingNumber(text string) string {
	for _, same := range numbers {
		for _, spelling := range same {
			if spelling == text {
				text = pick(g, same)
			}
		}
	}
	if slices.Contains(extremes, text) && !g.odds(10) {
		return pick(g, []string{text, text, `{"anything-but":` + text + `}`, `{"numeric":[">",1]}`})
	}
	if g.odds(2) {
		return text
	}
	operator := pick(g, []string{"=", ">=", "<="})
	if operator == "=" || g.odds(2) {
		return fmt.Sprintf(`{"numeric":[%q,%s]}`, operator, text)
	}
	if operator == "<=" {
		return fmt.Sprintf(`{"numeric":[%q,%s,"<=",%s]}`, pick(g, []string{">", ">="}), pick(g, []string{"-5e9", "-4", "-1E-6"}), text)
	}
	return fmt.Sprintf(`{"numeric":[">=",%s,%q,%s]}`, text, pick(g, []string{"<", "<="}), pick(g, []string{"5e9", "302", "1.000001e1"}))
}

// refusing returns an anything-but that accepts most values.
func (g generator) refusing() string {
	list := func(one func() string) string {
		if g.odds(2) {
			return one()
		}
		return "[" + one() + "," + one() + "]"
	}
	switch g.IntN(7) {
	case 0:
		return fmt.Sprintf(`{"anything-but":%s}`, list(g.number))
	case 1:
		return fmt.Sprintf(`{"anything-but":{"prefix":%s}}`, list(g.text))
	case 2:
		return fmt.Sprintf(`{"anything-but":{"suffix":%s}}`, list(g.text))
	case 3:
		return fmt.Sprintf(`{"anything-but":{"equals-ignore-case":%s}}`, list(g.text))
	case 4:
		return fmt.Sprintf(`{"anything-but":{"wildcard":%s}}`, list(g.wildcard))
	}
	return fmt.Sprintf(`{"anything-but":%s}`, list(g.text))
}

func (g generator) wildcard() string {
	return quote(pick(g, []string{"*", "x*", "*y", "x*y", "*z*", "*x*y*", `x\*y`, `a\\b`, "x", "", "dir1/*/image.*", "*É*"}))
}

// alternative returns any alternative, which may also be one that a pattern can't have.
func (g generator) alternative() string {
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf(`{%q:%s}`, pick(g, []string{"prefix", "suffix", "equals-ignore-case"}), g.text())
	case 1:
		return fmt.Sprintf(`{%q:{"equals-ignore-case":%s}}`, pick(g, []string{"prefix", "suffix"}), g.text())
	case 2:
		return fmt.Sprintf(`{"wildcard":%s}`, g.wildcard())
	case 3:
		return fmt.Sprintf(`{"numeric":[%q,%s]}`, pick(g, []string{"=", "<", "<=", ">", ">="}), g.number())
	case 4:
		return fmt.Sprintf(`{"numeric":[%q,%s,%q,%s]}`, pick(g, []string{">", ">="}), g.number(), pick(g, []string{"<", "<="}), g.number())
	case 5:
		return `{"exists":false}`
	case 6:
		return g.refusing()
	case 7:
		if g.odds(4) {
			return g.mistake()
		}
	}
	return g.scalar()
}

// mistake returns what is wrong, or would seem so.
func (g generator) mistake() string {
	return pick(g, []string{"{}", `[]`, `["x"]`, `{"regex":"x"}`, `{"prefix":"x","suffix":"y"}`, `{"exactly":"x"}`,
		`{"anything-but":[]}`, `{"anything-but":null}`, `{"anything-but":true}`, `{"anything-but":["x",1]}`, `{"anything-but":{}}`,
		`{"anything-but":{"prefix":""}}`, `{"anything-but":{"suffix":["x",""]}}`, `{"anything-but":{"prefix":1}}`,
		`{"anything-but":{"prefix":[]}}`, `{"anything-but":{"suffix":[]}}`, `{"anything-but":{"wildcard":[]}}`, `{"anything-but":{"equals-ignore-case":[]}}`,
		`{"anything-but":{"wildcard":""}}`, `{"anything-but":{"equals-ignore-case":""}}`, `{"anything-but":{"prefix":{"equals-ignore-case":"x"}}}`,
		`{"anything-but":{"cidr":"10.0.0.0/8"}}`, `{"anything-but":{"anything-but":"x"}}`, `{"anything-but":{"prefix":["x"],"suffix":["y"]}}`,
		`{"cidr":"10.0.0.0/33"}`, `{"cidr":"10.0.0.5"}`, `{"cidr":"::/129"}`, `{"cidr":"x/8"}`, `{"cidr":"10.0.0.0/-1"}`, `{"cidr":1}`,
		`{"exists":1}`, `{"exists":"true"}`, `{"exists":null}`, `{"numeric":[]}`, `{"numeric":1}`, `{"numeric":["!",1]}`, `{"numeric":["<","1"]}`,
		`{"numeric":["<",1,">",0]}`, `{"numeric":[">",1,"<",1]}`, `{"numeric":["=",1,"<",2]}`, `{"numeric":["<",5,"<",9]}`, `{"numeric":[">",1,"<"]}`,
		`{"prefix":1}`, `{"prefix":null}`, `{"prefix":{"wildcard":"x"}}`, `{"prefix":["x"]}`, `{"suffix":{"equals-ignore-case":1}}`, `{"suffix":{}}`,
		`{"equals-ignore-case":{"prefix":"x"}}`, `{"equals-ignore-case":["x"]}`, `{"wildcard":"x**y"}`, `{"wildcard":"x\\"}`, `{"wildcard":"\\x"}`,
		`{"wildcard":1}`, `{"wildcard":["x"]}`, `{"wildcard":{"equals-ignore-case":"x"}}`})
}
