package dynamodb

import (
	"math/big"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
)

// A number is an exact decimal: ±0.digits × 10^point. Its digits have no zeros
// at either end, so that equal numbers are equal as Go values; zero has none.
type number struct {
	negative bool
	digits   string
	point    int
}

// The range and precision of DynamoDB numbers, per "Naming rules and data types" in its guide.
const (
	maxDigits   = 38
	maxExponent = 125  // of the leading digit
	minExponent = -130 // of the leading digit
)

// parseNumber reads a decimal such as -12.50 or 1e3. It refuses what is not a
// number, has more than 38 significant digits or lies outside of ±1E-130 to
// ±9.99…E+125.
func parseNumber(s string) (number, error) {
	whole, fraction, exponent, ok := splitNumber(s)
	if !ok {
		return number{}, notNumeric(s)
	}
	negative := strings.HasPrefix(whole, "-")
	whole = strings.TrimLeft(whole, "+-")
	return newNumber(negative, whole+fraction, len(whole)+exponent)
}

func notNumeric(s string) *awsjson.Error {
	if s == "" {
		return invalid("The parameter cannot be converted to a numeric value")
	}
	return invalid("The parameter cannot be converted to a numeric value: %s", s)
}

// splitNumber takes s apart into its signed whole part, its fraction and its exponent.
func splitNumber(s string) (whole, fraction string, exponent int, ok bool) {
	mantissa, power, scientific := s, "", false
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, power, scientific = s[:i], s[i+1:], true
	}
	if scientific {
		var err error
		if exponent, err = strconv.Atoi(power); err != nil || exponent > 1<<30 || exponent < -1<<30 {
			return "", "", 0, false
		}
	}
	whole, fraction, _ = strings.Cut(mantissa, ".")
	digits := whole
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	if digits+fraction == "" || strings.Trim(digits+fraction, "0123456789") != "" {
		return "", "", 0, false
	}
	return whole, fraction, exponent, true
}

// newNumber normalises ±0.digits × 10^point and checks its range.
func newNumber(negative bool, digits string, point int) (number, error) {
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return number{}, nil
	case len(significant) > maxDigits:
		return number{}, invalid("Attempting to store more than 38 significant digits in a Number")
	case point-1 > maxExponent:
		return number{}, invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case point-1 < minExponent:
		return number{}, invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	}
	return number{negative, significant, point}, nil
}

// String writes the number in full, without an exponent, as DynamoDB answers it.
func (n number) String() string {
	if n.digits == "" {
		return "0"
	}
	sign := ""
	if n.negative {
		sign = "-"
	}
	switch size := len(n.digits); {
	case n.point <= 0:
		return sign + "0." + strings.Repeat("0", -n.point) + n.digits
	case n.point >= size:
		return sign + n.digits + strings.Repeat("0", n.point-size)
	}
	return sign + n.digits[:n.point] + "." + n.digits[n.point:]
}

// sign is -1, 0 or 1.
func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}

// compare returns -1, 0 or 1 as n is below, equal to or above m.
func (n number) compare(m number) int {
	if n.sign() != m.sign() {
		return max(-1, min(1, n.sign()-m.sign()))
	}
	magnitude := n.point - m.point
	if magnitude == 0 {
		magnitude = strings.Compare(n.digits, m.digits)
	}
	return max(-1, min(1, magnitude)) * n.sign()
}

// negate returns -n.
func (n number) negate() number {
	if n.digits != "" {
		n.negative = !n.negative
	}
	return n
}

// add returns the exact sum, or the error of a sum that is out of range or has too many digits.
func (n number) add(m number) (number, error) {
	scale := min(n.point-len(n.digits), m.point-len(m.digits))
	sum := n.scaled(scale)
	sum.Add(sum, m.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return newNumber(sum.Sign() < 0, digits, len(digits)+scale)
}

// scaled returns n ÷ 10^scale, which is whole when scale is at most that of n's last digit.
func (n number) scaled(scale int) *big.Int {
	if n.digits == "" {
		return new(big.Int)
	}
	whole, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", n.point-len(n.digits)-scale), 10)
	if n.negative {
		whole.Neg(whole)
	}
	return whole
}

// seconds returns n's whole part as seconds since 1970; ok is false when n is
// not positive or no time of this age.
func (n number) seconds() (s int64, ok bool) {
	if n.sign() <= 0 || n.point < 1 || n.point > 12 {
		return 0, false
	}
	whole, _, _ := strings.Cut(n.String(), ".")
	s, err := strconv.ParseInt(whole, 10, 64)
	return s, err == nil
}

// wholeNumber returns n, which must not be negative.
func wholeNumber(n int) number {
	digits := strconv.Itoa(n)
	return number{digits: strings.TrimRight(digits, "0"), point: len(strings.TrimLeft(digits, "0"))}
}
