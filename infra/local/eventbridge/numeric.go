package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// comparableRange tells which numbers event-ruler compares by value.
const comparableRange = "between -5e9 and 5e9 with at most 6 decimal places"

const (
	microDigits = 6
	maxMicros   = 5_000_000_000_000_000 // 5e9 in millionths
)

// parseMicros returns the number l in millionths. It is false for what isn't a
// number or lies outside [comparableRange]; exponents cost nothing, however large.
func parseMicros(l leaf) (int64, bool) {
	if l.kind != numberLeaf {
		return 0, false
	}
	text, negative := strings.CutPrefix(l.text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.TrimLeft(whole+fraction, "0")
	digits := strings.TrimRight(significant, "0")
	if digits == "" {
		return 0, true
	}
	shift := microDigits - len(fraction) + len(significant) - len(digits)
	if exponent != "" {
		e, err := strconv.ParseInt(exponent, 10, 32)
		if err != nil {
			return 0, false
		}
		shift += int(e)
	}
	if shift < 0 || len(digits)+shift > len("5000000000000000") {
		return 0, false
	}
	micros, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	if err != nil || micros > maxMicros {
		return 0, false
	}
	if negative {
		micros = -micros
	}
	return micros, true
}

// A bound is one comparison of a numeric expression.
type bound struct {
	operator string
	micros   int64
}

func (b bound) accepts(micros int64) bool {
	switch b.operator {
	case "=":
		return micros == b.micros
	case "<":
		return micros < b.micros
	case "<=":
		return micros <= b.micros
	case ">":
		return micros > b.micros
	}
	return micros >= b.micros
}

// parseNumeric parses ["=", 1], [">", 1], [">", 1, "<=", 2] and the like.
func parseNumeric(operand any) (func(leaf) bool, error) {
	terms, ok := operand.([]any)
	if !ok || (len(terms) != 2 && len(terms) != 4) {
		return nil, errors.New(`numeric must be an array of one or two comparisons, such as [">", 0, "<=", 5]`)
	}
	var bounds []bound
	for i := 0; i < len(terms); i += 2 {
		b, err := parseBound(terms[i], terms[i+1])
		if err != nil {
			return nil, fmt.Errorf("numeric: %w", err)
		}
		bounds = append(bounds, b)
	}
	if err := checkRange(bounds); err != nil {
		return nil, fmt.Errorf("numeric: %w", err)
	}
	return func(l leaf) bool {
		micros, ok := parseMicros(l)
		for _, b := range bounds {
			ok = ok && b.accepts(micros)
		}
		return ok
	}, nil
}

func parseBound(operator, value any) (bound, error) {
	name, ok := operator.(string)
	if !ok || !strings.Contains(" = < <= > >= ", " "+name+" ") || name == "" {
		return bound{}, fmt.Errorf("unrecognized operator %v; use =, <, <=, > or >=", operator)
	}
	number, ok := value.(json.Number)
	if !ok {
		return bound{}, fmt.Errorf("the value of %s must be a number, not %v", name, value)
	}
	micros, ok := parseMicros(scalar(number))
	if !ok {
		return bound{}, fmt.Errorf("the value %s of %s must be %s", number, name, comparableRange)
	}
	return bound{name, micros}, nil
}

// checkRange holds two bounds against the only form that a range may have.
func checkRange(bounds []bound) error {
	if len(bounds) == 1 {
		return nil
	}
	low, high := bounds[0], bounds[1]
	if low.operator[0] != '>' || high.operator[0] != '<' {
		return errors.New("a range must start with > or >= and end with < or <=")
	}
	if low.micros >= high.micros {
		return errors.New("the bottom of a range must be less than its top")
	}
	return nil
}
