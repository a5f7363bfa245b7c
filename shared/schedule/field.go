package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A field is one of the six fields of a cron expression.
type field struct {
	name     string
	min, max int
	names    string // of the values from min on, separated by spaces; empty when there are none
}

// bits is the size of the numbers in a field.
const bits = 16

// A set holds values of a field, counted from the field's first value.
type set [4]uint64

func (s *set) add(i int)     { s[i/64] |= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// parse reads a list of values, ranges and steps.
func (f field) parse(text string) (set, error) {
	var s set
	for item := range strings.SplitSeq(text, ",") {
		if err := f.include(&s, item); err != nil {
			return set{}, err
		}
	}
	return s, nil
}

// include adds the values of one item of the list: *, n, n-m, each with /step or without.
func (f field) include(s *set, item string) error {
	span, stepText, stepped := strings.Cut(item, "/")
	first, last, err := f.span(span, stepped)
	if err != nil {
		return err
	}
	step := 1
	if stepped {
		n, err := strconv.ParseUint(stepText, 10, bits)
		if err != nil || n < 1 || int(n) > f.max {
			return f.wrong(item, fmt.Sprintf("the step must be 1 to %d", f.max))
		}
		step = int(n)
	}
	if first > last {
		if stepped || f == yearField {
			return f.wrong(item, "the range must not run backwards")
		}
		last += f.max - f.min + 1 // FRI-MON goes on beyond the end of the week
	}
	for v := first; v <= last; v += step {
		s.add((v - f.min) % (f.max - f.min + 1))
	}
	return nil
}

// span returns the first and the last value of an item without its step.
func (f field) span(text string, stepped bool) (first, last int, err error) {
	if text == "*" {
		return f.min, f.max, nil
	}
	from, to, isRange := strings.Cut(text, "-")
	if first, err = f.value(from); err != nil {
		return 0, 0, err
	}
	switch {
	case isRange:
		last, err = f.value(to)
	case stepped:
		last = f.max
	default:
		last = first
	}
	return first, last, err
}

// value reads one number or name.
func (f field) value(text string) (int, error) {
	if i := slices.Index(strings.Fields(f.names), text); i >= 0 {
		return f.min + i, nil
	}
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil || int(n) < f.min || int(n) > f.max {
		return 0, f.wrong(text, f.want())
	}
	return int(n), nil
}

func (f field) want() string {
	names := strings.Fields(f.names)
	if len(names) == 0 {
		return fmt.Sprintf("it must be %d to %d", f.min, f.max)
	}
	return fmt.Sprintf("it must be %d to %d or %s to %s", f.min, f.max, names[0], names[len(names)-1])
}

func (f field) wrong(text, want string) error {
	return fmt.Errorf("field %s: %q: %s", f.name, text, want)
}
