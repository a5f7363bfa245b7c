package house_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/infra/local/conformance"
)

var update = flag.Bool("update", false, "write the golden files")

// The section of docs/local-mode.md that lists the differences is between these lines.
const (
	differencesBegin = "<!-- differences: written by go test ./scripts/house -update -->\n"
	differencesEnd   = "<!-- end of differences -->\n"
)

// TestEveryDifferenceFromAReferenceIsDocumented holds docs/local-mode.md against what
// the engines list as differing from their references.
func TestEveryDifferenceFromAReferenceIsDocumented(t *testing.T) {
	const page = "docs/local-mode.md"
	text := read(t, page)
	before, rest, begins := strings.Cut(text, differencesBegin)
	_, after, ends := strings.Cut(rest, differencesEnd)
	if !begins || !ends {
		t.Fatalf("%s lacks the lines %q and %q, between which the differences are", page, differencesBegin, differencesEnd)
	}
	want := before + differencesBegin + differences(t) + differencesEnd + after
	if *update {
		if err := os.WriteFile(filepath.Join(root, page), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != want {
		t.Errorf("%s does not list the differences in testdata/differences.json of the engines; renew it with go test ./scripts/house -update", page)
	}
}

// differences returns the lists of all engines as Markdown.
func differences(t *testing.T) string {
	t.Helper()
	engines := filepath.Join(root, "infra/local")
	var files []string
	for _, place := range []string{"*/testdata/differences.json", "*/testdata/*/differences.json"} {
		found, err := filepath.Glob(filepath.Join(engines, place))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatal("no engine lists differences")
	}
	slices.Sort(files)
	var page strings.Builder
	for _, file := range files {
		list, err := conformance.Listed(file)
		if err != nil {
			t.Fatal(err)
		}
		engine, about, _ := strings.Cut(strings.TrimPrefix(filepath.Dir(file), engines+"/"), "/testdata")
		fmt.Fprintf(&page, "\n### %s\n\n", strings.ReplaceAll(engine+about, "/", ", "))
		for _, d := range list {
			fmt.Fprintf(&page, "- %s%s. *%s.*\n", sentence(d.What), counted(d.Cases), sentence(d.Because))
		}
		if len(list) == 0 {
			page.WriteString("None.\n")
		}
	}
	return page.String() + "\n"
}

// sentence returns text with a capital at its start and without a full stop.
func sentence(text string) string {
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

// counted tells how many cases show a difference, if cases do.
func counted(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (1 case)"
	}
	return fmt.Sprintf(" (%d cases)", n)
}
