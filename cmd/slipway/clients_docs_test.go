package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// clientScripts is the folder of the scripts that drive local mode with real clients.
const clientScripts = "testdata/clients"

// A toldCommand is a command of a client that a page tells people to run.
type toldCommand struct {
	line int // of the page, from 1
	text string
}

// clientCommand finds a command in a line of a code block: at its start, after variables
// that are set for it, in a pipe, or in $(…).
var clientCommand = regexp.MustCompile(`(?:^|[|(;&] *|\w=\S* )(?:aws|skopeo|docker) [a-z-]`)

// onlyOnAWS finds commands that local mode can't take the place of AWS for: those that
// name an address there, and those that deploy a stack.
var onlyOnAWS = regexp.MustCompile(`\.amazonaws\.com/|^aws cloudformation deploy `)

// toldCommands returns the clients' commands in the fenced code blocks of a page,
// without those that only AWS answers.
func toldCommands(page string) []toldCommand {
	inBlock := false
	return logicalLines(page, func(line string) bool {
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
		}
		return inBlock && clientCommand.MatchString(line) && !onlyOnAWS.MatchString(line)
	})
}

// inScript finds a command in a line of a script, where exec or until may stand before it.
var inScript = regexp.MustCompile(`\b(?:aws|skopeo|docker) [a-z-]`)

// logicalLines returns the lines that begin a command, each with those that continue it:
// after a backslash, after a pipe, and within single quotes.
func logicalLines(text string, begins func(line string) bool) (all []toldCommand) {
	open := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		begun := begins(line)
		switch {
		case open:
			all[len(all)-1].text += "\n" + line
		case begun:
			all = append(all, toldCommand{i + 1, line})
		default:
			continue
		}
		open = strings.HasSuffix(line, `\`) || strings.HasSuffix(line, "|") || strings.Count(all[len(all)-1].text, "'")%2 == 1
	}
	return all
}

var (
	address = regexp.MustCompile(`127\.0\.0\.1:\d+|\$REGISTRY\b`)
	space   = regexp.MustCompile(`(?:\\\n|\s)+`)
)

// plain returns the command on one line, and without the ports of local mode.
func (c toldCommand) plain() string {
	text := strings.ReplaceAll(c.text, "$AWS_ENDPOINT_URL", "http://$REGISTRY")
	return space.ReplaceAllString(address.ReplaceAllString(text, "ADDRESS"), " ")
}

// isRun tells whether a line of the scripts ends with the command, and so has all
// of it; the script may keep the output in a file. "…" in the command stands for any word.
func (c toldCommand) isRun(scripts string) bool {
	words := strings.Split(regexp.QuoteMeta(c.plain()), "…")
	command := regexp.MustCompile(`(?:^|[ (])` + strings.Join(words, `\S+`) + `(?: > \S+)?$`)
	lines := logicalLines(scripts, func(line string) bool { return !strings.HasPrefix(line, "#") && inScript.MatchString(line) })
	return slices.ContainsFunc(lines, func(line toldCommand) bool { return command.MatchString(line.plain()) })
}

func TestEveryCommandOfTheDocumentationIsRun(t *testing.T) {
	root := os.DirFS("../..")
	scripts := allScripts(t)
	found := 0
	check := func(page string) {
		text, err := fs.ReadFile(root, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range toldCommands(string(text)) {
			found++
			if !c.isRun(scripts) {
				t.Errorf("%s:%d tells to run\n%s\nand no script in cmd/slipway/%s runs it: add it to one, as it stands there", page, c.line, c.text, clientScripts)
			}
		}
	}
	check("README.md")
	err := fs.WalkDir(root, "docs", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			check(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 15 {
		t.Errorf("the pages have %d commands: the test doesn't see them", found)
	}
}

func allScripts(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(clientScripts, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestACommandIsFoundWhereverItStandsInABlock(t *testing.T) {
	for line, want := range map[string]string{
		"aws s3 ls":                     "aws s3 ls",
		"$ skopeo list-tags x":          "skopeo list-tags x",
		"  aws s3 cp a \\\n    b --c":   "aws s3 cp a b --c",
		"A=b aws s3 ls":                 "A=b aws s3 ls",
		"P=$(aws s3 ls |\n  tail -n 1)": "P=$(aws s3 ls | tail -n 1)",
		"aws ecr get-login-password | skopeo login --username AWS 127.0.0.1:4566": "aws ecr get-login-password | skopeo login --username AWS ADDRESS",
		"echo x | docker load -i":                "echo x | docker load -i",
		"aws x y --v '{\n  \"a\": 1}' --z\ndone": `aws x y --v '{ "a": 1}' --z`,
		"CI: aws s3 cp web.zip":                  "",
		"uses: aws-actions/configure":            "",
		"the aws command":                        "",
		"aws cloudformation deploy --region a":   "",
	} {
		told := toldCommands("aws s3 outside\n```\n" + line + "\n```\naws s3 outside\n")
		if got := len(told); want == "" && got != 0 || want != "" && (got != 1 || told[0].plain() != want || told[0].line != 3) {
			t.Errorf("%q holds %v, want %q", line, told, want)
		}
	}
}

func TestACommandIsRunWhenAScriptHasItWhole(t *testing.T) {
	script := "# it's the aws command\nas ci\nexec aws s3 ls s3://b\n-- x.sh --\naws s3 cp a \\\n  b\nskopeo list-tags docker://$REGISTRY/a/b\naws x --arn \"$ARN\"\naws y > out.json\n"
	for command, want := range map[string]bool{
		"aws s3 ls s3://b":   true,
		"aws s3 ls":          false,
		"aws s3 cp a b":      true,
		"aws s3 cp a":        false,
		"aws s3 ls s3://":    false,
		"aws s3 rm s3://b":   false,
		"aws x --arn …":      true,
		"aws x --arn … --no": false,
		"aws y":              true,
		"skopeo list-tags docker://127.0.0.1:4566/a/b": true,
	} {
		if got := (toldCommand{text: command}).isRun(script); got != want {
			t.Errorf("%q is run: %v, want %v", command, got, want)
		}
	}
}
