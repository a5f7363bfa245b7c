package project

import (
	"regexp"
	"strings"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// A reader builds a project of a project file's nodes and collects the rules that
// the file breaks. It passes over what the schema refuses, so that it can go on to
// the rest.
type reader struct {
	kinds      map[string]*document.Schema
	problems   document.Problems // rules that are broken
	parameters document.Problems // schemas of step kinds that are broken
}

// project reads the whole file. Its result is whole only when there are no problems.
func (r *reader) project(root *document.Node) pipeline.Project {
	p := pipeline.Project{
		Name:       r.name("project", root.Get("project")),
		Packages:   r.packages(root.Get("packages")),
		Lifecycles: r.lifecycles(root.Get("lifecycles")),
		Variables:  r.variables(root.Get("variables")),
	}
	p.Channels = r.channels(root.Get("channels"), root.Get("lifecycles"))
	p.Process = r.process(root.Get("process"), deploymentScope(p))
	p.Runbooks = r.runbooks(root.Get("runbooks"), root.Get("variables"), p)
	return p
}

// name reads a name that stands as a value.
func (r *reader) name(noun string, n *document.Node) string {
	text, ok := n.String()
	if ok {
		r.checkName(noun, text, n.Position)
	}
	return text
}

func (r *reader) checkName(noun, text string, at document.Position) {
	if err := pipeline.CheckName(noun, text); err != nil {
		r.problems.AddRule(at, proposal(noun, text), err)
	}
}

var betweenWords = regexp.MustCompile(`[^a-z0-9]+`)

// proposal returns a remedy with a name like text that would be accepted, or "".
func proposal(noun, text string) string {
	near := strings.Trim(betweenWords.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if pipeline.CheckName(noun, near) != nil {
		return ""
	}
	return `write "` + near + `"`
}

// A seen tells names that stand in a list twice.
type seen map[string]document.Position

// once reports a name that was there before.
func (r *reader) once(s seen, noun, name string, at document.Position) {
	if name == "" {
		return
	}
	if first, again := s[name]; again {
		r.problems.Add(at, "give each a name of its own", "%s %q: line %d has one of that name", noun, name, first.Line)
		return
	}
	s[name] = at
}
