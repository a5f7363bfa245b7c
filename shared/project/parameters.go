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
func (r *reader) parametersOf(n *document.Node, s *pipeline.Step, in scope) {
	uses := n.Get("uses")
	if _, ok := uses.String(); !ok {
		return
	}
	kind, ok := step.Lookup(s.Kind)
	if !ok {
		r.problems.Add(uses.Position, document.Choice(s.Kind, step.Names(), "the step kinds are"), "there is no step kind %q", s.Kind)
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
	if timed, ok := kind.(step.Timed); ok && n.Get("timeout") == nil {
		if timeout, known := timed.Timeout(with); known {
			s.Timeout = timeout
		}
	}
	r.checkPackages(n, refs, in)
	r.checkPlaceholders(n, refs.Templates, in.placeholders)
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
	for _, holder := range []*document.Node{n.Get("with"), n} {
		for found := range holder.Strings {
			if found.Text == text {
				return found
			}
		}
	}
	return n
}
