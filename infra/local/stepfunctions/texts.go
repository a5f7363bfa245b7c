package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/recolabs/gnata"
)

// stringFunction is $string; numbers have at most 15 significant digits.
func stringFunction(args []any) (any, error) {
	value := args[0]
	switch symbol(value) {
	case 'm':
		return nil, nil
	case 'f':
		return "", nil
	}
	if text, ok := value.(string); ok {
		return text, nil
	}
	text, err := encoded(value)
	if err != nil {
		return nil, err
	}
	own, err := gnata.DecodeJSON(text)
	if err != nil {
		return nil, err
	}
	if text, err = encoded(mapNumbers(own, fifteenDigits)); err != nil {
		return nil, err
	}
	if args[1] == true {
		var lines bytes.Buffer
		err := json.Indent(&lines, text, "", "  ")
		return lines.String(), err
	}
	return string(text), nil
}

func fifteenDigits(n json.Number) any {
	f, err := n.Float64()
	if err == nil {
		f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	}
	if err != nil {
		return n
	}
	return f
}

// numberFunction is $number. A string is a number as JSON writes it, or a
// hexadecimal, octal or binary one with its prefix.
func numberFunction(args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return parseNumber(v)
	case bool:
		if v {
			return 1.0, nil
		}
		return 0.0, nil
	}
	return args[0], nil
}

func parseNumber(text string) (any, error) {
	if strings.Trim(text, "-+.eE0123456789") == "" && json.Valid([]byte(text)) {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f, nil
		}
	}
	if len(text) > 2 && text[0] == '0' && strings.ContainsRune("xXoObB", rune(text[1])) && !strings.Contains(text, "_") {
		if n, err := strconv.ParseUint(text, 0, 64); err == nil {
			return float64(n), nil
		}
	}
	return nil, fmt.Errorf("D3030: Unable to cast value to a number: %s", quote(text))
}

// trim is $trim: only these four characters count as space.
func trim(args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, nil
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n\r", r) })
	return strings.Join(words, " "), nil
}
