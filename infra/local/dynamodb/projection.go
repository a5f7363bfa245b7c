package dynamodb

import "slices"

// A projection is the paths that a read answers; a nil one answers everything.
type projection []path

// parseProjection reads a projection expression: paths with commas between them.
func parseProjection(p *parser) (projection, error) {
	var paths projection
	for {
		next, err := p.path()
		if err != nil {
			return nil, err
		}
		paths = append(paths, next)
		if !p.accept(",") {
			break
		}
	}
	if fault := checkOverlap(paths); fault != "" {
		p.refuse(fault)
	}
	return paths, nil
}

// roots are the names of the top-level attributes that the projection goes into.
func (p projection) roots() []string {
	var names []string
	for _, at := range p {
		names = append(names, at[0].name)
	}
	return names
}

// of returns the parts of it that the projection names, which may be none.
func (p projection) of(it item) item {
	if p == nil {
		return it
	}
	if picked, ok := pick(it, p).(document); ok {
		return picked
	}
	return item{}
}

// pick returns the parts of v at the paths, nil when there are none. Elements
// of a list keep their order and close ranks.
func pick(v value, paths []path) value {
	if slices.ContainsFunc(paths, func(p path) bool { return len(p) == 0 }) {
		return v
	}
	switch v := v.(type) {
	case document:
		picked := document{}
		for _, at := range firstSteps(paths) {
			if part := pickBelow(v, at, paths); part != nil {
				picked[at.name] = part
			}
		}
		if len(picked) > 0 {
			return picked
		}
	case list:
		var picked list
		for _, at := range firstSteps(paths) {
			if part := pickBelow(v, at, paths); part != nil {
				picked = append(picked, part)
			}
		}
		if len(picked) > 0 {
			return picked
		}
	}
	return nil
}

// pickBelow follows those of the paths that go through at.
func pickBelow(v value, at step, paths []path) value {
	child := at.in(v)
	if child == nil {
		return nil
	}
	var tails []path
	for _, p := range paths {
		if p[0] == at {
			tails = append(tails, p[1:])
		}
	}
	return pick(child, tails)
}

// firstSteps are the distinct first steps of the paths, in order.
func firstSteps(paths []path) []step {
	var steps []path
	for _, p := range paths {
		steps = append(steps, p[:1])
	}
	slices.SortFunc(steps, comparePaths)
	var distinct []step
	for _, s := range slices.CompactFunc(steps, func(a, b path) bool { return a[0] == b[0] }) {
		distinct = append(distinct, s[0])
	}
	return distinct
}
