package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

// parametersOf reads the parameters of a step and checks them as its kind asks.
func (r *reader) parametersOf(n *document.Node, s *pipeline.Step, packages []pipeline.PackageReference, placeholders []string) {
	uses := n.Get("uses")
	if _, ok := uses.String(); !ok {
		return
	}
	kind, ok := step.Lookup(s.Kind)
	if !ok {
		r.problems.Add(uses.Position, document.Choice(s.Kind, step.Names(), "the step kinds are"), "the step kind %q is not built yet", s.Kind)
		return
	}
	if broken := r.kinds[s.Kind].Check(n, fmt.Sprintf("step %q", s.Name)); len(broken) > 0 {
		r.parameters = append(r.parameters, broken...)
		return
	}
	with, refs, err := parameters(kind, n)
	s.With = with
	if err != nil {
		r.refused(n, s.Name, err)
		return
	}
	r.checkPackages(n, refs.Packages, packages)
	r.checkPlaceholders(n, refs.Templates, placeholders)
}

// parameters returns what kind is given and what that refers to.
func parameters(kind step.Kind, n *document.Node) (json.RawMessage, step.References, error) {
	object, err := json.Marshal(n.JSON())
	if err != nil {
		return nil, step.References{}, fmt.Errorf("write step as JSON: %w", err)
	}
	with, err := step.Parameters(object)
	if err != nil {
		return nil, step.References{}, err
	}
	refs, err := kind.References(with)
	return with, refs, err
}

// refused reports parameters that the step's kind does not accept.
func (r *reader) refused(n *document.Node, name string, err error) {
	var problem *step.Problem
	if errors.As(err, &problem) {
		r.problems.Add(locate(n, problem.Key).Place, problem.Remedy, "step %q: %s %s", name, problem.Key, problem.Message)
		return
	}
	r.problems.AddRule(n.Place, "", fmt.Errorf("step %q: %w", name, err))
}

// checkPackages reports packages that aren't there, and images where a step reads files.
func (r *reader) checkPackages(n *document.Node, named []string, known []pipeline.PackageReference) {
	for _, name := range named {
		at := locateText(n, name).Position
		i := slices.IndexFunc(known, func(ref pipeline.PackageReference) bool { return ref.Name == name })
		switch {
		case i < 0:
			names := pipeline.Project{Packages: known}.PackageNames()
			r.problems.Add(at, document.Choice(name, names, "the packages here are"), "package %q is not in this file", name)
		case known[i].Feed == pipeline.FeedECR:
			r.problems.Add(at, "name a package of the feed s3; scripts find the image's address in "+step.ImageVariable(name),
				"package %q is an image, and this step reads files", name)
		}
	}
}

func (r *reader) checkPlaceholders(n *document.Node, templates []step.Template, known []string) {
	for _, t := range templates {
		at := locate(n, t.Key).Position
		names, err := step.Placeholders(t.Text)
		if err != nil {
			r.problems.AddRule(at, "", err)
		}
		for _, name := range names {
			if !slices.Contains(known, name) {
				r.problems.Add(at, document.Choice(name, known, "the placeholders here are"), "placeholder {%s} is not known", name)
			}
		}
	}
}

// locate returns the parameter under key in the step n, or the step when it has none.
func locate(n *document.Node, key string) *document.Node {
	for _, holder := range []*document.Node{n.Get("with"), n} {
		if found := holder.Get(key); found != nil {
			return found
		}
	}
	return n
}

// locateText returns the parameter of the step n that is text, or the step when none is.
func locateText(n *document.Node, text string) *document.Node {
	if found := locate(n, "package"); found.Text == text {
		return found
	}
	for found := range n.Strings {
		if found.Text == text {
			return found
		}
	}
	return n
}
