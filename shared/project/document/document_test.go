package document_test

import (
	"errors"
	"strings"
	"testing"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

const limit = 4 << 10

func parse(t *testing.T, source string) *document.Node {
	t.Helper()
	root, problems := document.Parse([]byte(source), limit)
	if len(problems) > 0 {
		t.Fatalf("Parse(%q): %v", source, problems)
	}
	return root
}

func TestValuesKnowWhereTheyStartAndWhereTheyAreNamed(t *testing.T) {
	source := "# a comment\na:\n  - b: é\n    c: {d: 1}\ne: |\n  two\n  lines\nf: 1.10\n"
	for name, source := range map[string]string{"LF": source, "CRLF": strings.ReplaceAll(source, "\n", "\r\n"), "BOM": "\uFEFF" + source} {
		root := parse(t, source)
		item := root.Get("a").List()[0]
		for value, want := range map[*document.Node][2]document.Position{
			root:                   {{2, 1}, {2, 1}},
			root.Get("a"):          {{3, 3}, {2, 1}},
			item:                   {{3, 5}, {3, 5}},
			item.Get("b"):          {{3, 8}, {3, 5}},
			item.Get("c"):          {{4, 8}, {4, 5}},
			item.Get("c").Get("d"): {{4, 12}, {4, 9}},
			root.Get("e"):          {{5, 4}, {5, 1}},
			root.Get("f"):          {{8, 4}, {8, 1}},
		} {
			if got := [2]document.Position{value.Position, value.Place}; got != want {
				t.Errorf("%s: %v stands at %v, want %v", name, value.JSON(), got, want)
			}
		}
		if text := root.Get("e").Text; text != "two\nlines\n" {
			t.Errorf("%s: a block of text reads %q", name, text)
		}
	}
}

func TestScalarsKeepTheTextAsWritten(t *testing.T) {
	for source, want := range map[string]string{"1.10": "1.10", "0x1F": "0x1F", "true": "true", `"a\tb"`: "a\tb", "~": "", "yes": "yes", "'it''s'": "it's", "-7": "-7"} {
		if got := parse(t, "v: "+source).Get("v").Text; got != want {
			t.Errorf("%s reads %q, want %q", source, got, want)
		}
	}
}

func TestMissingValuesAnswerAsAbsent(t *testing.T) {
	var none *document.Node
	_, isText := none.Get("x").String()
	_, isInt := none.Int()
	if isText || isInt || len(none.List())+len(none.Pairs()) > 0 {
		t.Error("a nil node holds something")
	}
	for range none.Strings {
		t.Error("a nil node holds text")
	}
}

func TestWhatDocumentsDontNeedIsRefused(t *testing.T) {
	for source, want := range map[string]string{
		"":                           "1:1: the file is empty",
		"# nothing\n":                "1:1: the file is empty",
		"---\n...\n":                 "1:1: the file is empty",
		"a: &x 1\nb: *x":             "1:4: \"&\": anchors",
		"a: 1\nb:\n  <<: {a: 1}":     "3:3: \"<<\": anchors",
		"a: !!str 1":                 "1:4: \"!!str\": tags",
		"%YAML 1.2\n---\na: 1":       "1:1: YAML directives",
		"? a\n: b":                   "1:1: \"?\" keys",
		"a: 1\n---\nb: 2":            "2:1: a second document",
		"a: 1\nb: 2\na: 3":           "3:1: the key \"a\" stands here a second time; keep this one or the one in line 1",
		"a: {b: 1, b: 2}":            "1:11: the key \"b\"",
		"a: .inf":                    "1:4: \".inf\" is a value",
		"~: 1":                       "1:1: a key must be text",
		"a: 'x' 'y'":                 "1:8: quoted text stands right after",
		"a: \"\xff\"":                "1:5: the file is not UTF-8",
		"a: b\x00":                   "1:5: the control character U+0000",
		"a: [1":                      "1:4: not YAML:",
		"a: b: c":                    "1:4: not YAML:",
		strings.Repeat("x", limit+1): "1:1: the file has 4097 bytes; at most 4096",
		strings.Repeat("[", 100):     "1:33: the file is nested too deeply",
		strings.Repeat("- ", 100):    "1:65: the file is nested too deeply",
		strings.Repeat("{a: ", 100):  "1:129: the file is nested too deeply",
		staircase(40):                "33:33: the file is nested too deeply",
	} {
		_, problems := document.Parse([]byte(source), limit)
		if len(problems) == 0 || !strings.HasPrefix(problems.Error(), want) {
			t.Errorf("Parse(%.40q) = %v, want %q", source, problems, want)
		}
	}
}

// staircase nests mappings by indentation.
func staircase(steps int) string {
	var out strings.Builder
	for i := range steps {
		out.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return out.String()
}

func TestFilesOfVeryManyWordsAreRefused(t *testing.T) {
	source := strings.Repeat("- a\n", 30_000)
	_, problems := document.Parse([]byte(source), len(source))
	if want := "25001:1: the file has 60000 words and punctuation marks; at most 50000 are accepted"; problems.Error() != want {
		t.Errorf("Parse = %v, want %s", problems, want)
	}
}

func TestProblemsReadAsAListInTheDocumentsOrder(t *testing.T) {
	var rules, structure document.Problems
	rules.Add(document.Position{Line: 2, Column: 1}, "", "second")
	rules.AddRule(document.Position{Line: 1, Column: 4}, "", pipeline.CheckName("phase", "X"))
	structure.Add(document.Position{Line: 2, Column: 1}, "", "about what is reported already")
	structure.Add(document.Position{Line: 1, Column: 1}, "mend it", "first of %d", 3)
	err := rules.Join(structure).Err()
	want := "1:1: first of 3; mend it\n" +
		"1:4: phase \"X\": a name is lower-case letters, digits and single hyphens, starts with a letter and has at most 30 characters\n" +
		"2:1: second"
	if err == nil || err.Error() != want {
		t.Errorf("problems read %v, want %s", err, want)
	}
	if !errors.Is(err, pipeline.ErrInvalid) || errors.Is(err, pipeline.ErrConflict) {
		t.Error("problems are not ErrInvalid alone")
	}
	if document.Problems(nil).Err() != nil {
		t.Error("no problem is an error")
	}
}

func TestOnlyTheFirstOfVeryManyProblemsAreTold(t *testing.T) {
	var all document.Problems
	for line := range document.MaxProblems + 7 {
		all.Add(document.Position{Line: line + 1, Column: 1}, "", "wrong")
	}
	var told document.Problems
	if !errors.As(all.Err(), &told) || len(told) != document.MaxProblems+1 {
		t.Fatalf("%d problems are told", len(told))
	}
	if got, want := told[document.MaxProblems].String(), "101:1: from here on there are 7 more problems; mend those above first"; got != want {
		t.Errorf("the last problem reads %s, want %s", got, want)
	}
}

func TestSuggestionsNameTheLikeliest(t *testing.T) {
	known := []string{"production", "staging", "dev"}
	for text, want := range map[string]string{"prodcution": `did you mean "production"?`, "Staging": `did you mean "staging"?`, "x": "", "": "", "develop": `did you mean "dev"?`, "prod": `did you mean "production"?`, "stage": ""} {
		if got := document.Suggest(text, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", text, got, want)
		}
	}
	if got, want := document.Choice("devv", known, "there are"), `did you mean "dev"? there are "production", "staging" and "dev"`; got != want {
		t.Errorf("Choice = %q, want %q", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, source := range []string{"a: 1", "a: [b, {c: d}]\ne: |\n  f\n", "- - a\n", "? a\n: b", "&a *a", "\"\\u0000\": '' ''", "---\n...\n---\na"} {
		f.Add([]byte(source))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		root, problems := document.Parse(source, limit)
		if (root == nil) != (len(problems) > 0) {
			t.Fatalf("a root %v with problems %v", root, problems)
		}
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Message == "" {
				t.Errorf("a problem nowhere or without words: %#v", p)
			}
		}
		if root != nil {
			root.JSON()
		}
	})
}
