package dynamodb

import (
	"bytes"
	"slices"
)

// An entry is what an index holds of one item.
type entry struct {
	key  []byte // sorts by the index's key and then by the table's
	item item   // the projected attributes
}

// entry returns the index's entry for it, or nil where the item lacks an
// attribute of the index's key: such an item is not in the index.
func (x IndexSpec) entry(table KeySchema, it item) *entry {
	for _, a := range x.Key.attributes() {
		if it[a.Name] == nil {
			return nil
		}
	}
	return &entry{x.encode(table, it), x.project(table, it)}
}

// encode is the key under which the index keeps it.
func (x IndexSpec) encode(table KeySchema, it item) []byte {
	return append(x.Key.encode(it), table.encode(it)...)
}

func (x IndexSpec) project(table KeySchema, it item) item {
	if x.Projection.Type == "ALL" {
		return it
	}
	projected := item{}
	for name, v := range it {
		if x.projects(table, name) {
			projected[name] = v
		}
	}
	return projected
}

// projects tells whether the index holds the attribute.
func (x IndexSpec) projects(table KeySchema, name string) bool {
	return x.Projection.Type == "ALL" || x.Key.has(name) || table.has(name) || slices.Contains(x.Projection.NonKeys, name)
}

// unprojected returns those of the attributes that the index does not hold, in order and each once.
func (x IndexSpec) unprojected(table KeySchema, names []string) []string {
	lacking := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return x.projects(table, name) })
	slices.Sort(lacking)
	return slices.Compact(lacking)
}

// checkItem refuses an item whose index key attributes, where it has them,
// can't be keys. An update is told so in other words than a put.
func (x IndexSpec) checkItem(it item, by verb) error {
	for _, a := range x.Key.attributes() {
		switch v := it[a.Name]; {
		case by != verbUpdate || v == nil:
		case v.kind() != kind(a.Type):
			return invalid("The update expression attempted to update the secondary index key to unsupported type")
		case isEmptyKey(v):
			return invalid("One or more parameter values are not valid. The update expression attempted to update a secondary index key "+
				"to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", contentName(v))
		}
	}
	return x.checkPut(it)
}

func (x IndexSpec) checkPut(it item) error {
	for i, a := range x.Key.attributes() {
		v := it[a.Name]
		switch {
		case v == nil:
			continue
		case v.kind() != kind(a.Type):
			return invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
				a.Name, a.Type, v.kind(), x.Name)
		case isEmptyKey(v):
			return emptyIndexKey(x, a, v)
		}
		if err := checkKeySize(i, v); err != nil {
			return err
		}
	}
	return nil
}

// same tells whether two entries, either of which may be nil, need no write.
func (e *entry) same(other *entry) bool {
	if e == nil || other == nil {
		return e == other
	}
	return bytes.Equal(e.key, other.key) && equal(e.item, other.item)
}

// units are the write units that it takes to make old into e: two writes where the entry moves.
func (e *entry) units(old *entry) float64 {
	switch {
	case e.same(old):
		return 0
	case e == nil:
		return writeUnits(itemSize(old.item))
	case old == nil:
		return writeUnits(itemSize(e.item))
	case bytes.Equal(e.key, old.key):
		return writeUnits(max(itemSize(e.item), itemSize(old.item)))
	}
	return writeUnits(itemSize(old.item)) + writeUnits(itemSize(e.item))
}
