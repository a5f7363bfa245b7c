package project

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// MaxVariable is the longest value of a variable, in bytes; Linux takes no
// environment variable above 128 KiB.
const MaxVariable = 32 << 10

var variablePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// builtIn returns the placeholders that the steps of a deployment have besides
// variables.
func builtIn() []string { return []string{"environment", "project", "release"} }

// builtInRunbook returns those that the steps of a runbook have.
func builtInRunbook() []string { return []string{"environment", "project", "run", "runbook"} }

// variables reads the variables, sorted by name.
func (r *reader) variables(n *document.Node) []pipeline.Variable {
	var all []pipeline.Variable
	for _, f := range n.Pairs() {
		r.checkVariableName("variable", f)
		v := pipeline.Variable{Name: f.Name}
		if f.Value.Kind == document.Scalar {
			v.Value = r.value("variable", f.Name, f.Value)
		} else {
			v.Value = r.value("variable", f.Name, f.Value.Get("value"))
			v.Scoped = r.scoped(f.Name, f.Value.Get("when"))
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b pipeline.Variable) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// checkVariableName reports a name that scripts could not read or that already
// means something to them or to placeholders.
func (r *reader) checkVariableName(noun string, f document.Field) {
	switch {
	case !variablePattern.MatchString(f.Name):
		r.problems.Add(f.Position, "write letters, digits and underscores, no digit first, at most 64 characters",
			"%s %q is not a name that a script can read", noun, f.Name)
	case strings.HasPrefix(f.Name, "SLIPWAY_"):
		r.problems.Add(f.Position, "choose a name that starts otherwise", "%s %q: names with SLIPWAY_ are for what Slipway tells scripts", noun, f.Name)
	case f.Name == "HOME" || f.Name == "PATH":
		r.problems.Add(f.Position, "choose another name", "%s %q: the machine that runs scripts sets it", noun, f.Name)
	case slices.Contains(builtIn(), f.Name):
		r.takenByPlaceholder(noun, f)
	}
}

// takenByPlaceholder reports a name that a placeholder has already.
func (r *reader) takenByPlaceholder(noun string, f document.Field) {
	r.problems.Add(f.Position, "choose another name", "%s %q: the placeholder {%s} has a meaning of its own", noun, f.Name, f.Name)
}

// value reads a value as it is written: 1.10 stays "1.10".
func (r *reader) value(noun, name string, n *document.Node) string {
	if n == nil {
		return ""
	}
	switch {
	case len(n.Text) > MaxVariable:
		r.problems.Add(n.Position, "put it into a file of a package", "%s %q has %d bytes, more than %d", noun, name, len(n.Text), MaxVariable)
	case strings.ContainsRune(n.Text, 0):
		r.problems.Add(n.Position, "remove it", "%s %q holds a NUL character, which no script can be given", noun, name)
	}
	return n.Text
}

// scoped reads the values for single environments.
func (r *reader) scoped(variable string, n *document.Node) []pipeline.ScopedValue {
	var all []pipeline.ScopedValue
	scopes := seen{}
	for _, item := range n.List() {
		environment := r.name("environment", item.Get("environment"))
		if first, again := scopes[environment]; again && environment != "" {
			r.problems.Add(item.Place, "keep one of them", "variable %q has a value for environment %q already, in line %d", variable, environment, first.Line)
		}
		scopes[environment] = item.Place
		all = append(all, pipeline.ScopedValue{Environment: environment, Value: r.value("variable", variable, item.Get("value"))})
	}
	return all
}
