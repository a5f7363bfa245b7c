package house_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/step"
)

// root is where the module's files are, as seen from this folder.
const root = "../.."

// pages returns the text of README.md and of every page under docs, by its path from root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"README.md": read(t, "README.md")}
	err := fs.WalkDir(os.DirFS(root), "docs", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			all[name] = read(t, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// link is a Markdown link; code is text in backticks, and block what is fenced.
var (
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code  = regexp.MustCompile("`([^`\n]+)`")
	block = regexp.MustCompile("(?ms)^```.*?^```")
)

func TestEveryRelativeLinkLeadsSomewhere(t *testing.T) {
	all := pages(t)
	for name, text := range all {
		for _, m := range link.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
			file, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			to := name
			if file != "" {
				to = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
				continue
			}
			if heading != "" && !slices.Contains(headings(all[to]), heading) {
				t.Errorf("%s links to %s, and %s has no such heading; it has %q", name, m[1], to, headings(all[to]))
			}
		}
	}
}

// notInAnchors is what the name of a heading's anchor leaves out.
var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// headings returns the anchors of a page's headings, as GitHub names them.
func headings(text string) []string {
	var all []string
	for line := range strings.Lines(block.ReplaceAllString(text, "")) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' {
			title = notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, strings.ReplaceAll(title, " ", "-"))
		}
	}
	return all
}

// placeholder is a part of a path that stands for a name of one's own.
var placeholder = regexp.MustCompile(`<[a-z]+>`)

func TestEveryPathOfTheTableOfAdditionsExists(t *testing.T) {
	_, section, found := strings.Cut(read(t, "README.md"), "\n## To add a …\n")
	section, _, _ = strings.Cut(section, "\n## ")
	paths := 0
	for _, m := range code.FindAllStringSubmatch(section, -1) {
		if !strings.Contains(m[1], "/") || strings.Contains(m[1], " ") {
			continue // a command, or a word
		}
		paths++
		pattern := placeholder.ReplaceAllString(m[1], "*")
		if files, err := filepath.Glob(filepath.Join(root, pattern)); err != nil || len(files) == 0 {
			t.Errorf("README.md names %s, and nothing is there: %v", m[1], err)
		}
	}
	if !found || paths < 20 {
		t.Errorf("the table has %d paths", paths)
	}
}

var (
	made   = regexp.MustCompile("(?m)(?:`|^\\$ |^)make ([a-z]+)")
	target = regexp.MustCompile(`(?m)^([a-z]+):`)
)

func TestEveryMakeCommandIsATarget(t *testing.T) {
	var targets []string
	for _, m := range target.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets = append(targets, m[1])
	}
	told := map[string]bool{}
	for name, text := range pages(t) {
		for _, m := range made.FindAllStringSubmatch(text, -1) {
			told[m[1]] = true
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s tells to make %s; the targets are %q", name, m[1], targets)
			}
		}
	}
	if !told["run"] || !told["test"] {
		t.Errorf("the pages tell to make %v", told)
	}
}

func TestEveryEventIsDocumented(t *testing.T) {
	page := read(t, "docs/events.md")
	for _, e := range events.All() {
		if !strings.Contains(page, "\n| [`"+e.Type()+"`](../events/examples/"+e.Type()+".json) | ") {
			t.Errorf("docs/events.md has no line about %s with a link to its example", e.Type())
		}
	}
}

func TestEveryStepKindHasAPage(t *testing.T) {
	all := pages(t)
	for _, kind := range step.Names() {
		if !strings.HasPrefix(all["docs/steps/"+kind+".md"], "# "+kind+"\n") {
			t.Errorf("docs/steps/%s.md is missing, or has another title than %s", kind, kind)
		}
	}
}
