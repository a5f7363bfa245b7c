//go:build conformance

package dynamodb_test

import (
	"maps"
	"slices"
	"strings"
)

// shrink makes a sequence that fails as small as it can: with fewer steps, and with
// fewer members, elements and words in their requests.
func shrink(s sequence, fails func(sequence) bool) sequence {
	for i := len(s) - 1; i >= 0; i-- {
		if fewer := slices.Delete(slices.Clone(s), i, i+1); fails(fewer) {
			s = fewer
		}
	}
	for i := range s {
		s[i].Request = shrinkValue(s[i].Request, func(smaller any) bool {
			attempt := slices.Clone(s)
			attempt[i].Request = smaller.(object)
			return fails(attempt)
		}).(object)
	}
	return s
}

// shrinkValue makes a JSON value smaller for as long as it fails.
func shrinkValue(v any, fails func(any) bool) any {
	switch v := v.(type) {
	case object:
		return shrinkObject(v, fails)
	case []any:
		return shrinkList(v, fails)
	case string:
		return shrinkText(v, fails)
	}
	return v
}

func shrinkObject(o object, fails func(any) bool) any {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		fewer := maps.Clone(o)
		delete(fewer, name)
		if fails(fewer) {
			o = fewer
			continue
		}
		o = maps.Clone(o)
		o[name] = shrinkValue(o[name], func(smaller any) bool {
			attempt := maps.Clone(o)
			attempt[name] = smaller
			return fails(attempt)
		})
	}
	return o
}

func shrinkList(l []any, fails func(any) bool) any {
	for i := len(l) - 1; i >= 0; i-- {
		if fewer := slices.Delete(slices.Clone(l), i, i+1); fails(fewer) {
			l = fewer
		}
	}
	l = slices.Clone(l)
	for i := range l {
		l[i] = shrinkValue(l[i], func(smaller any) bool {
			attempt := slices.Clone(l)
			attempt[i] = smaller
			return fails(attempt)
		})
	}
	return l
}

// shrinkText leaves out runs of words, as the parts of an expression are.
func shrinkText(text string, fails func(any) bool) any {
	words := strings.Split(text, " ")
	for size := len(words) / 2; size > 0; size-- {
		for i := 0; i+size <= len(words); {
			if fewer := slices.Delete(slices.Clone(words), i, i+size); fails(strings.Join(fewer, " ")) {
				words = fewer
			} else {
				i++
			}
		}
	}
	return strings.Join(words, " ")
}
