package pattern

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// A folded text stands for all texts that differ from it in case only. As in
// event-ruler, each of its characters stands for its lower and its upper case in
// full: ß also for SS, ſ also for S, but s only for s and S.
type folded [][2]string

func fold(text string) folded {
	lower, upper := cases.Lower(language.Und), cases.Upper(language.Und)
	var f folded
	for _, character := range text {
		f = append(f, [2]string{lower.String(string(character)), upper.String(string(character))})
	}
	return f
}

// cutPrefix returns text without the part at its start that f stands for.
func (f folded) cutPrefix(text string) (rest string, ok bool) {
	for _, spellings := range f {
		if rest, ok = strings.CutPrefix(text, spellings[0]); !ok {
			rest, ok = strings.CutPrefix(text, spellings[1])
		}
		if !ok {
			return "", false
		}
		text = rest
	}
	return text, true
}

// isSuffix tells whether text ends with a part that f stands for.
func (f folded) isSuffix(text string) bool {
	for i := len(f) - 1; i >= 0; i-- {
		rest, ok := strings.CutSuffix(text, f[i][0])
		if !ok {
			rest, ok = strings.CutSuffix(text, f[i][1])
		}
		if !ok {
			return false
		}
		text = rest
	}
	return true
}
