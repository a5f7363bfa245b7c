package dynamodb

import (
	"bytes"
	"strings"
)

// A target is the table or the index that is read.
type target struct {
	table *table
	index *IndexSpec // nil: the table itself
	key   KeySchema  // of the index or the table
}

// target finds what to read and refuses what it can't answer.
func (r readingPlan) target(t *table) (target, error) {
	if r.IndexName == nil {
		return target{t, nil, t.Key}, nil
	}
	x, ok := t.index(*r.IndexName)
	switch {
	case !ok:
		return target{}, invalid("The table does not have the specified index: %s", *r.IndexName)
	case r.ConsistentRead:
		return target{}, invalid("Consistent reads are not supported on global secondary indexes")
	}
	return target{t, &x, x.Key}, nil
}

// checkIndex refuses a reading of attributes that the index doesn't hold.
func (r readingPlan) checkIndex(at target) error {
	x, key := at.index, at.table.Key
	if lacking := x.unprojected(key, r.filtered); r.isQuery && len(lacking) > 0 {
		return invalid("One or more parameter values were invalid: Secondary index %s does not project one or more filter attributes: [%s]",
			x.Name, strings.Join(lacking, ", "))
	}
	if r.Select == "ALL_ATTRIBUTES" && x.Projection.Type != "ALL" {
		return invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported "+
			"for global secondary index %s because its projection type is not ALL", x.Name)
	}
	if lacking := x.unprojected(key, r.page.project.roots()); len(lacking) > 0 {
		return invalid("One or more parameter values were invalid: Global secondary index %s does not project [%s]",
			x.Name, strings.Join(lacking, ", "))
	}
	return nil
}

// bound completes the page with what the target decides.
func (r *readingPlan) bound(at target) error {
	r.page.from = itemsTable(at.table.Name)
	if at.index != nil {
		r.page.from = indexTable(at.table.Name, at.index.Name)
	}
	r.page.segment.hash = at.key.Hash
	if r.isQuery {
		if err := r.checkFilter(at.key); err != nil {
			return err
		}
		var err error
		if r.page.within, err = at.keyRange(r.predicates); err != nil {
			return err
		}
	}
	if at.index != nil {
		if err := r.checkIndex(at); err != nil {
			return err
		}
	}
	if r.ExclusiveStartKey == nil {
		return nil
	}
	return r.startAfter(at)
}

// checkFilter refuses a Query's filter on the key, which belongs in the key condition.
func (r readingPlan) checkFilter(key KeySchema) error {
	for _, name := range r.filtered {
		if key.has(name) {
			return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
		}
	}
	return nil
}

// startAfter moves the page's start behind the exclusive start key.
func (r *readingPlan) startAfter(at target) error {
	start, err := at.encodeStart(r.ExclusiveStartKey)
	if err != nil {
		return err
	}
	if !r.page.within.contains(start) {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	if !r.page.segment.holds(r.ExclusiveStartKey) {
		return invalid("The provided Exclusive start key is not within the segment")
	}
	if r.page.backward {
		r.page.within.high = start
	} else {
		r.page.within.low = append(bytes.Clone(start), 0)
	}
	return nil
}

// encodeStart is the store key of an exclusive start key, which has just the
// attributes of the table's key and of the index's.
func (t target) encodeStart(start item) ([]byte, error) {
	if len(start) != len(t.keyOf(start)) {
		return nil, invalid("The provided starting key is invalid: The provided key element does not match the schema")
	}
	for _, k := range []KeySchema{t.table.Key, t.key} {
		if err := k.checkKey(k.of(start)); err != nil {
			return nil, invalid("The provided starting key is invalid: %s", asRefusal(err).Message)
		}
	}
	if t.index == nil {
		return t.key.encode(start), nil
	}
	return t.index.encode(t.table.Key, start), nil
}

// keyOf returns the attributes of it that an exclusive start key has.
func (t target) keyOf(it item) item {
	key := t.table.Key.of(it)
	for name, v := range t.key.of(it) {
		key[name] = v
	}
	return key
}
