package document

import (
	"slices"
	"strconv"
	"strings"
)

// Suggest returns `did you mean "x"?` for the one of known that text was most
// likely meant to be, or "" when none is like it.
func Suggest(text string, known []string) string {
	best, distance := "", len(text)/3+2
	for _, k := range known {
		if d := difference(strings.ToLower(text), strings.ToLower(k)); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(best) + "?"
}

// Choice returns a remedy for a value that is none of known: the likeliest one,
// if there is one, and all of them, in the words of lead.
func Choice(text string, known []string, lead string) string {
	all := lead + " " + Enumerate(known, "and")
	if suggestion := Suggest(text, known); suggestion != "" {
		return suggestion + " " + all
	}
	return all
}

// Enumerate returns `"a", "b" and "c"` with the given conjunction, and "none" for no words.
func Enumerate(words []string, conjunction string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	switch last := len(quoted) - 1; {
	case last < 0:
		return "none"
	case last == 0:
		return quoted[0]
	default:
		return strings.Join(quoted[:last], ", ") + " " + conjunction + " " + quoted[last]
	}
}

// difference is the edit distance, but an abbreviation of three bytes or more,
// such as "prod", is as good as the whole.
func difference(a, b string) int {
	const abbreviation = 3
	if short := min(len(a), len(b)); short >= abbreviation && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return min(1, max(len(a), len(b))-short)
	}
	return editDistance(a, b)
}

// editDistance returns how many bytes must be inserted, deleted or replaced to
// make b of a (Levenshtein's distance). Long texts are compared by their start.
func editDistance(a, b string) int {
	const enough = 64
	a, b = a[:min(len(a), enough)], b[:min(len(b), enough)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := slices.Clone(row)
		row[0] = i + 1
		for j := range len(b) {
			replace := previous[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, previous[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
