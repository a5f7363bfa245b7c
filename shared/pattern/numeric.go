package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The bounds of the numbers that a numeric expression may have, per "Numeric
// matching" in the EventBridge User Guide. event-ruler itself takes any.
const (
	maxNumber   = 5e9
	maxDecimals = 6
	numberRange = "between -5e9 and 5e9 with at most 6 decimal places"
)

// number returns the value of l. It is false for what isn't a number, and for a
// number that has more digits than a float64 holds, which event-ruler doesn't
// compare; exponents cost nothing, however large.
func number(l leaf) (float64, bool) {
	if l.kind != numberLeaf {
		return 0, false
	}
	value, err := strconv.ParseFloat(l.text, 64)
	return value, err == nil && scientific(l.text) == scientific(strconv.FormatFloat(value, 'e', -1, 64))
}

// A decimal is 0.digits times ten to the exponent; digits begin and end with none that is zero.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// scientific returns the one form of a JSON number whose exponent a float64 can have.
func scientific(text string) decimal {
	mantissa, exponentText, _ := strings.Cut(strings.ToLower(text), "e")
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent, err := strconv.Atoi(exponentText)
	if err != nil {
		exponent = 0 // there is none, or it's beyond what a number other than zero can have
	}
	exponent += len(digits) - len(fraction)
	if digits = strings.TrimRight(digits, "0"); digits == "" {
		return decimal{}
	}
	return decimal{negative, digits, exponent}
}

// inRange tells whether a numeric expression may have the value.
func inRange(value float64) bool {
	_, decimals, _ := strings.Cut(strconv.FormatFloat(value, 'f', -1, 64), ".")
	return math.Abs(value) <= maxNumber && len(decimals) <= maxDecimals
}

// A bound is one comparison of a numeric expression.
type bound struct {
	operator string
	value    float64
}

func (b bound) accepts(value float64) bool {
	switch b.operator {
	case "=":
		return value == b.value
	case "<":
		return value < b.value
	case "<=":
		return value <= b.value
	case ">":
		return value > b.value
	}
	return value >= b.value
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
		value, ok := number(l)
		for _, b := range bounds {
			ok = ok && b.accepts(value)
		}
		return ok
	}, nil
}

func parseBound(operator, operand any) (bound, error) {
	name, ok := operator.(string)
	if !ok || !strings.Contains(" = < <= > >= ", " "+name+" ") || name == "" {
		return bound{}, fmt.Errorf("unrecognized operator %v; use =, <, <=, > or >=", operator)
	}
	text, ok := operand.(json.Number)
	if !ok {
		return bound{}, fmt.Errorf("the value of %s must be a number, not %v", name, operand)
	}
	value, ok := number(scalar(text))
	if !ok || !inRange(value) {
		return bound{}, fmt.Errorf("the value %s of %s must be %s", text, name, numberRange)
	}
	return bound{name, value}, nil
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
	if low.value >= high.value {
		return errors.New("the bottom of a range must be less than its top")
	}
	return nil
}
