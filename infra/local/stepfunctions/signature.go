package stepfunctions

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/recolabs/gnata"
)

// A signature says which arguments a function takes, in the notation of JSONata's
// "Function signature syntax". gnata doesn't hold its own functions to theirs.
type signature struct {
	function   string
	parameters []parameter
	matcher    *regexp.Regexp // of the symbols of all arguments; a group for each parameter
}

type parameter struct {
	types   string // symbols; "x" for all
	element byte   // symbol of an array's elements, 0 for any
	context bool   // stands for the context value when it is missing
}

// Symbols of types in signatures: boolean, number, string, null, array, object,
// function; m is undefined.
const anyType = "bnslaofm"

// parseSignature parses what stands between < and : in a signature of jsonata.js.
func parseSignature(function, text string) signature {
	s := signature{function: function}
	var matcher strings.Builder
	for len(text) > 0 {
		var p parameter
		if text[0] == '(' {
			p.types, text, _ = strings.Cut(text[1:], ")")
		} else {
			p.types, text = text[:1], text[1:]
		}
		if strings.HasPrefix(text, "<") {
			p.element, text = text[1], text[3:]
		}
		class := "[" + p.types + "m]"
		switch {
		case p.types == "x":
			class = "[" + anyType + "]"
		case p.types == "j":
			class = "[bnslaom]"
		case p.types == "a":
			class = "[" + anyType + "]" // what is no array becomes one
		}
		suffix := ""
		if text != "" && strings.Contains("-?+", text[:1]) {
			suffix, text = text[:1], text[1:]
		}
		p.context = suffix == "-"
		matcher.WriteString("(" + class + strings.Replace(suffix, "-", "?", 1) + ")")
		s.parameters = append(s.parameters, p)
	}
	s.matcher = regexp.MustCompile("^" + matcher.String() + "$")
	return s
}

// validate returns the arguments that a call with args at the context value focus gives.
func (s signature) validate(args []any, focus any) ([]any, error) {
	var symbols strings.Builder
	for _, arg := range args {
		symbols.WriteByte(symbol(arg))
	}
	groups := s.matcher.FindStringSubmatch(symbols.String())
	if groups == nil {
		return nil, s.mismatch(symbols.String())
	}
	var valid []any
	next := 0
	for i, p := range s.parameters {
		if groups[i+1] == "" {
			if !p.context {
				valid = append(valid, nil)
				continue
			}
			if p.types != "x" && !strings.Contains(p.types, string(symbol(focus))) && focus != nil {
				return nil, fmt.Errorf("T0411: Context value is not a compatible type with argument %d of function $%s", i+1, s.function)
			}
			valid = append(valid, focus)
		}
		for range groups[i+1] {
			arg, err := s.argument(i, args[next])
			if err != nil {
				return nil, err
			}
			valid = append(valid, arg)
			next++
		}
	}
	return valid, nil
}

// argument returns the value of parameter i, which is an array where it has to be one.
func (s signature) argument(i int, arg any) (any, error) {
	p := s.parameters[i]
	if p.types != "a" || arg == nil {
		return arg, nil
	}
	list, ok := arg.([]any)
	if !ok {
		list = []any{arg}
	}
	for _, element := range list {
		if p.element != 0 && symbol(element) != p.element {
			return nil, fmt.Errorf("T0412: Argument %d of function $%s must be an array of %c", i+1, s.function, p.element)
		}
	}
	return list, nil
}

// mismatch tells which is the first argument that doesn't fit.
func (s signature) mismatch(symbols string) error {
	at := 0
	for at < len(symbols) && at < len(s.parameters) {
		p := s.parameters[at]
		if p.types != "x" && p.types != "j" && p.types != "a" && !strings.Contains(p.types+"m", symbols[at:at+1]) {
			break
		}
		at++
	}
	return fmt.Errorf("T0410: Argument %d of function $%s does not match function signature", at+1, s.function)
}

// symbol returns the symbol of the type of a value of gnata. A regular expression
// counts as a function, as it is one in jsonata.js.
func symbol(value any) byte {
	if gnata.IsNull(value) {
		return 'l'
	}
	switch v := value.(type) {
	case nil:
		return 'm'
	case string:
		return 's'
	case float64, json.Number:
		return 'n'
	case bool:
		return 'b'
	case []any:
		return 'a'
	case map[string]any:
		if isRegex(v) {
			return 'f'
		}
		return 'o'
	case orderedMap:
		return 'o'
	}
	return 'f'
}

// isRegex tells whether v is what gnata makes of a regular expression; other maps
// of this type come from functions in Go.
func isRegex(v map[string]any) bool {
	_, pattern := v["pattern"]
	_, flags := v["flags"]
	return pattern && flags && len(v) == 2
}
