package project

import (
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// prompts reads the prompts of b in the file's order; p holds the variables, whose
// names they can't have.
func (r *reader) prompts(n *document.Node, p pipeline.Project, b pipeline.Runbook) []pipeline.Prompt {
	var all []pipeline.Prompt
	for _, f := range n.Pairs() {
		r.checkPromptName(f, p)
		prompt := r.prompt(f)
		if prompt.Required && (b.Schedule != nil || len(b.Events) > 0) {
			r.problems.Add(f.Position, "give it a default", "prompt %q has no default, and nobody answers it when a schedule or an event starts the runbook", f.Name)
		}
		all = append(all, prompt)
	}
	return all
}

// checkPromptName reports a name that steps know already, or could not.
func (r *reader) checkPromptName(f document.Field, p pipeline.Project) {
	r.checkVariableName("prompt", f)
	switch {
	case slices.Contains(builtIn(), f.Name): // which is told
	case slices.Contains(builtInRunbook(), f.Name):
		r.takenByPlaceholder("prompt", f)
	case slices.Contains(variableNames(p), f.Name):
		r.problems.Add(f.Position, "choose another name", "prompt %q: the project has a variable of that name", f.Name)
	}
}

// prompt reads a prompt.
func (r *reader) prompt(f document.Field) pipeline.Prompt {
	n := f.Value
	standard := n.Get("default")
	prompt := pipeline.Prompt{Name: f.Name, Default: r.value("prompt", f.Name, standard)}
	prompt.Label, _ = n.Get("label").String()
	prompt.Required, _ = n.Get("required").Bool()
	for _, item := range n.Get("options").List() {
		prompt.Options = append(prompt.Options, r.value("prompt", f.Name, item))
	}
	switch {
	case prompt.Required && standard != nil:
		r.problems.Add(standard.Place, "remove the default, or required: true", "prompt %q is required, and so its default is never used", f.Name)
	case !prompt.Required && standard == nil && n.Kind == document.Mapping:
		r.problems.Add(f.Position, "add a default, or required: true", "prompt %q has no value when nobody gives one", f.Name)
	case standard != nil && len(prompt.Options) > 0 && !slices.Contains(prompt.Options, prompt.Default):
		r.problems.Add(standard.Position, document.Choice(prompt.Default, prompt.Options, "the options are"),
			"prompt %q: the default %q is none of the options", f.Name, prompt.Default)
	}
	return prompt
}
