package stepfunctions

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// adapted returns the arguments with which a function of gnata gives what that of
// jsonata.js gives for args.
func adapted(name string, args []any) ([]any, error) {
	args = slices.Clone(args)
	switch name {
	case "formatBase":
		for i, arg := range args {
			if f, ok := toNumber(arg); ok {
				args[i] = math.RoundToEven(f)
			}
		}
	case "formatNumber":
		roundToPicture(args)
	case "fromMillis":
		if picture, ok := args[1].(string); ok {
			return args, checkPicture(picture)
		}
	case "toMillis":
		if text, ok := args[0].(string); ok && args[1] == nil && regexp.MustCompile(`^\d{4}-\d{2}$`).MatchString(text) {
			args[0] = text + "-01"
		}
	}
	for len(args) > 0 && args[len(args)-1] == nil && countsWhenUndefined(name, len(args)) {
		args = args[:len(args)-1]
	}
	return args, nil
}

// countsWhenUndefined tells whether gnata takes the argument at a position, from 1,
// for given although it is undefined.
func countsWhenUndefined(name string, position int) bool {
	return name == "replace" && position == 4 || name == "reduce" && position == 3
}

// roundToPicture rounds the number that $formatNumber is to format, which gnata
// doesn't round in decimal.
func roundToPicture(args []any) {
	number, isNumber := toNumber(args[0])
	picture, isText := args[1].(string)
	if !isNumber || !isText || args[2] != nil {
		return
	}
	if digits, ok := fractionDigits(picture); ok {
		args[0] = roundDecimal(number, digits)
	}
}

// roundDecimal rounds f half to even at a decimal digit, as its shortest decimal
// form has it.
func roundDecimal(f float64, digits int) float64 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	n, err := strconv.Atoi(exponent)
	if err != nil {
		return f // not finite
	}
	shifted, err := strconv.ParseFloat(fmt.Sprintf("%se%d", mantissa, n+digits), 64)
	if err != nil || math.Abs(shifted) > 1<<52 {
		return f
	}
	back, err := strconv.ParseFloat(fmt.Sprintf("%de-%d", int64(math.RoundToEven(shifted)), digits), 64)
	if err != nil || back == 0 {
		return f // which has its sign still
	}
	return back
}
