package dynamodb

import (
	"slices"

	"slipway/infra/local/awsjson"
)

// An update is an update expression. All its sources see the item as it was
// before the update.
type update struct {
	sets    []assignment
	removes []path
	adds    []adjustment
	deletes []adjustment
}

// An assignment is one SET: the value of from is put at to.
type assignment struct {
	to   path
	from source
}

// An adjustment is one ADD or DELETE of a number or of elements of a set.
type adjustment struct {
	at path
	by value
}

// An edit is what an update does at one path; a nil value removes what is there.
type edit struct {
	at    path
	value value
}

func badPath() *awsjson.Error {
	return invalid("The document path provided in the update expression is invalid for update")
}

func wrongOperand() *awsjson.Error {
	return invalid("An operand in the update expression has an incorrect data type")
}

// paths are all paths that the update writes to.
func (u update) paths() []path {
	var all []path
	for _, set := range u.sets {
		all = append(all, set.to)
	}
	all = append(all, u.removes...)
	for _, change := range slices.Concat(u.adds, u.deletes) {
		all = append(all, change.at)
	}
	return all
}

// apply returns a copy of old with the update made. Values are placed first,
// in order of their paths, as a list grows by what is placed past its end;
// removals come last and from the back, so that no index shifts under another.
func (u update) apply(old item) (item, error) {
	edits, err := u.edits(old)
	if err != nil {
		return nil, err
	}
	updated := cloneDocument(old)
	slices.SortFunc(edits, func(a, b edit) int { return comparePaths(a.at, b.at) })
	for _, e := range edits {
		if e.value != nil {
			if _, err := place(updated, e.at, clone(e.value)); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range slices.Backward(edits) {
		if e.value == nil {
			if _, err := remove(updated, e.at); err != nil {
				return nil, err
			}
		}
	}
	return updated, nil
}

func (u update) edits(old item) ([]edit, error) {
	var edits []edit
	for _, set := range u.sets {
		v, err := set.from.resolve(old)
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit{set.to, v})
	}
	for _, add := range u.adds {
		v, err := add.added(old)
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit{add.at, v})
	}
	for _, del := range u.deletes {
		v, err := del.deleted(old)
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit{del.at, v})
	}
	for _, at := range u.removes {
		edits = append(edits, edit{at, nil})
	}
	return edits, nil
}

// added is what ADD makes of the value at its path, where an absent one counts as zero or as the empty set.
func (a adjustment) added(old item) (value, error) {
	was := a.at.find(old)
	if was == nil {
		return a.by, nil
	}
	if n, isNumber := was.(number); isNumber {
		by, same := a.by.(number)
		if !same {
			return nil, wrongOperand()
		}
		return n.add(by)
	}
	set, ok := union(was, a.by)
	if !ok {
		return nil, wrongOperand()
	}
	return set, nil
}

// deleted is what DELETE leaves of the set at its path, nil where that is nothing.
func (a adjustment) deleted(old item) (value, error) {
	was := a.at.find(old)
	if was == nil {
		return nil, nil
	}
	set, ok := difference(was, a.by)
	if !ok {
		return nil, wrongOperand()
	}
	return set, nil
}

// place puts v at p below container and returns the container, which is
// another one where a list grew.
func place(container value, p path, v value) (value, error) {
	at := p[0]
	if len(p) > 1 {
		child := at.in(container)
		if child == nil {
			return nil, badPath()
		}
		grown, err := place(child, p[1:], v)
		if err != nil {
			return nil, err
		}
		v = grown
	}
	switch c := container.(type) {
	case document:
		if !at.isIndex() {
			c[at.name] = v
			return c, nil
		}
	case list:
		if at.isIndex() && at.index < len(c) {
			c[at.index] = v
			return c, nil
		}
		if at.isIndex() {
			return append(c, v), nil
		}
	}
	return nil, badPath()
}

// remove takes what is at p out of container and returns the container, which
// is another one where a list shrank.
func remove(container value, p path) (value, error) {
	at := p[0]
	if len(p) > 1 {
		child := at.in(container)
		if child == nil {
			return nil, badPath()
		}
		shrunk, err := remove(child, p[1:])
		if err != nil {
			return nil, err
		}
		return place(container, p[:1], shrunk)
	}
	switch c := container.(type) {
	case document:
		if !at.isIndex() {
			delete(c, at.name)
			return c, nil
		}
	case list:
		if at.isIndex() && at.index < len(c) {
			return slices.Delete(c, at.index, at.index+1), nil
		}
		if at.isIndex() {
			return c, nil
		}
	}
	return nil, badPath()
}
