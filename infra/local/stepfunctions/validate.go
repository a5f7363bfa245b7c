package stepfunctions

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// check refuses what only shows on the whole of a definition: missing and
// unreachable states, names used twice, and variables of an inner scope that
// hide those of an outer one.
func (p *parser) check(d *definition) {
	p.checkContainer("", d, map[string]bool{}, map[string]bool{})
	p.checkLabels(d, map[string]bool{})
}

// checkLabels refuses a label of Distributed Map states that is used twice.
func (p *parser) checkLabels(d *definition, used map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(d.states)) {
		s := d.states[name]
		if s.distribution != nil {
			if used[s.distribution.label] {
				p.refuse("/States/"+name+"/Label", "Label '%s' is used more than once; labels must be unique within a state machine", s.distribution.label)
			}
			used[s.distribution.label] = true
		}
		for _, c := range s.containers() {
			p.checkLabels(c, used)
		}
	}
}

func (p *parser) checkContainer(path string, d *definition, names, outer map[string]bool) {
	before := len(p.diagnostics)
	p.checkTargets(path, d)
	if len(p.diagnostics) == before { // what can be reached only shows once every target is there
		p.checkReachable(path, d)
	}
	inner := maps.Clone(outer)
	for _, name := range slices.Sorted(maps.Keys(d.states)) {
		for variable := range assigned(d.states[name]) {
			if outer[variable] {
				p.refuse(path+"/States/"+name+"/Assign", "Variable '%s' is assigned in an outer scope and can't be assigned here", variable)
			}
			inner[variable] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.states)) {
		s := d.states[name]
		at := path + "/States/" + name
		if len([]rune(name)) > 80 || name == "" {
			p.refuse(at, "A state name must have between 1 and 80 characters")
		}
		if names[name] {
			p.refuse(at, "State name '%s' is used more than once; names must be unique within the whole state machine", name)
		}
		names[name] = true
		for _, c := range s.containers() {
			visible := inner
			if d.states[name].distribution != nil { // its executions don't see the variables outside
				visible = map[string]bool{}
			}
			p.checkContainer(at, c, names, visible)
		}
	}
}

// assigned returns the variables that s assigns in its own scope.
func assigned(s *state) map[string]bool {
	names := map[string]bool{}
	add := func(t *template) {
		if t != nil {
			for _, part := range t.parts {
				names[part.name] = true
			}
		}
	}
	add(s.assign)
	for _, c := range s.choices {
		add(c.assign)
	}
	for _, c := range s.catch {
		add(c.assign)
	}
	return names
}

func (p *parser) checkTargets(path string, d *definition) {
	if _, ok := d.states[d.startAt]; !ok {
		p.refuseAs("MISSING_TRANSITION_TARGET", path+"/StartAt", "Missing 'StartAt' target: %s", d.startAt)
	}
	for _, name := range slices.Sorted(maps.Keys(d.states)) {
		for _, next := range d.states[name].successors() {
			if _, ok := d.states[next]; !ok {
				p.refuseAs("MISSING_TRANSITION_TARGET", path+"/States/"+name, "Missing 'Next' target: %s", next)
			}
		}
	}
}

func (p *parser) checkReachable(path string, d *definition) {
	seen := map[string]bool{}
	queue := []string{d.startAt}
	ends := false
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		s, ok := d.states[name]
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		ends = ends || s.kind != kindChoice && s.next == ""
		queue = append(queue, s.successors()...)
	}
	for _, name := range slices.Sorted(maps.Keys(d.states)) {
		if !seen[name] {
			p.refuseAs("MISSING_TRANSITION_TARGET", path+"/States/"+name, "State '%s' is not reachable", name)
		}
	}
	if !ends {
		p.refuseAs("MISSING_END_STATE", path+"/States", "No terminal state can be reached")
	}
}

// variables refuses an Assign that is no object, and names that variables can't have.
func (p *parser) variables(path string, assign *template) {
	if assign.kind != templateObject {
		p.refuse(path, "Assign must be an object of variable names and values")
		return
	}
	valid := regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)
	for _, part := range assign.parts {
		if !valid.MatchString(part.name) || len([]rune(part.name)) > 80 || part.name == "states" || strings.HasPrefix(part.name, "$") {
			p.refuse(path+"/"+part.name, "Variable name '%s' is invalid; it has 1 to 80 letters, digits and underscores, and isn't 'states'", part.name)
		}
	}
}
