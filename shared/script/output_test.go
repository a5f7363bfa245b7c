package script

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"slipway/shared/step"
)

func TestParseOutputsReadsNamesAndValues(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"":                        {},
		"\n\r\n":                  {},
		"a=1\nb_2=x=y\r\nC-3=":    {"a": "1", "b_2": "x=y", "C-3": ""},
		"url=https://ü.example\n": {"url": "https://ü.example"},
	} {
		if got, err := parseOutputs([]byte(text)); err != nil || !maps.Equal(got, want) {
			t.Errorf("parseOutputs(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestParseOutputsNamesTheBadLine(t *testing.T) {
	var many strings.Builder
	for i := range maxOutputs + 1 {
		fmt.Fprintf(&many, "n%d=x\n", i)
	}
	for text, want := range map[string]string{
		"a=1\nplain":               "line 2 of $SLIPWAY_OUTPUT has no \"=\"",
		"=x":                       "line 1 of $SLIPWAY_OUTPUT has the name \"\"",
		"1a=x":                     "the name \"1a\"",
		"a b=x":                    "the name \"a b\"",
		"a=1\na=2":                 "line 2 of $SLIPWAY_OUTPUT sets a again",
		"a=\xff":                   "not UTF-8",
		many.String():              "is output number 51",
		strings.Repeat("a", 65536): "has no \"=\"",
		strings.Repeat("a", 65537): "more than 65536 bytes",
		"a=" + strings.Repeat("x", maxOutputValue+1): "a value of 4097 bytes",
	} {
		_, err := parseOutputs([]byte(text))
		var failure *step.Failure
		if !errors.As(err, &failure) || !strings.Contains(err.Error(), want) {
			t.Errorf("parseOutputs(%.20q) = %v, want %q", text, err, want)
		}
	}
}

// FuzzParseOutputs holds that what is accepted, written out again, reads the same.
func FuzzParseOutputs(f *testing.F) {
	for _, text := range []string{"", "a=1\n", "a=1\r\nb=x=y", "bad", "=", "\x00=\xff"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		outputs, err := parseOutputs(text)
		if err != nil {
			return
		}
		var again strings.Builder
		for name, value := range outputs {
			fmt.Fprintf(&again, "%s=%s\n", name, value)
		}
		if got, err := parseOutputs([]byte(again.String())); err != nil || !maps.Equal(got, outputs) {
			t.Errorf("%q reads as %v and again as %v, %v", text, outputs, got, err)
		}
	})
}
