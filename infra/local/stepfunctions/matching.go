package stepfunctions

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf16"
)

// matchFunction is $match with a regular expression.
func matchFunction(args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, nil
	}
	pattern, err := regexOf(args[1])
	if err != nil {
		return nil, err
	}
	limit := -1
	if f, limited := toNumber(args[2]); limited {
		if limit = int(f); limit < 0 {
			return nil, errors.New("D3040: Third argument of match function must evaluate to a positive number")
		}
	}
	matches := []any{}
	for _, at := range pattern.FindAllStringSubmatchIndex(text, limit) {
		if at[0] == at[1] {
			return nil, errors.New("D1004: Regular expression matches zero length string")
		}
		matches = append(matches, newObject("match", text[at[0]:at[1]], "index", float64(utf16Length(text[:at[0]])), "groups", groups(text, at)))
	}
	return unwrapped(matches), nil
}

func groups(text string, at []int) []any {
	list := []any{}
	for i := 2; i < len(at); i += 2 {
		var group any // undefined when it took no part
		if at[i] >= 0 {
			group = text[at[i]:at[i+1]]
		}
		list = append(list, group)
	}
	return list
}

// utf16Length returns the length of s in the units in which JavaScript counts.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// regexOf returns a regular expression, which gnata holds as its pattern and its flags.
func regexOf(value any) (*regexp.Regexp, error) {
	regex, _ := value.(map[string]any)
	if !isRegex(regex) {
		return nil, errors.New("T1010: $match takes a regular expression; a matcher function is not supported")
	}
	pattern, flags := fmt.Sprint(regex["pattern"]), fmt.Sprint(regex["flags"])
	for _, flag := range flags {
		if flag == 'i' || flag == 'm' { // gnata adds others, which have no meaning
			pattern = "(?" + string(flag) + ")" + pattern
		}
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	return compiled, nil
}
