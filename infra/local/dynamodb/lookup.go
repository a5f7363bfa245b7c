package dynamodb

import "slipway/infra/local/store"

// A lookup is the read of one item by its key.
type lookup struct {
	table   string
	key     item
	project projection
}

// newLookup parses and checks the members that all reads by key share.
func newLookup(table string, key item, expression *string, names map[string]string) (lookup, error) {
	if err := checkTableMember(table); err != nil {
		return lookup{}, err
	}
	if key == nil {
		return lookup{}, missingMember("key")
	}
	project, err := parseOnlyProjection(expression, names)
	return lookup{table, key, project}, err
}

// parseOnlyProjection parses the one expression of a request that has no other.
func parseOnlyProjection(expression *string, names map[string]string) (projection, error) {
	params, err := newPlaceholders(names, nil)
	if err != nil {
		return nil, err
	}
	project, _, err := optional("ProjectionExpression", expression, params, parseProjection)
	if err != nil {
		return nil, err
	}
	return project, params.checkUnused(expression != nil, valueExpressions{})
}

// look reads one item in a store transaction of its own; nil when there is none.
func (e *Engine) look(l lookup) (found item, err error) {
	err = e.store.View(func(tx store.Tx) error {
		found, _, err = l.find(tx)
		return err
	})
	return found, err
}

// find returns the item, nil when there is none, and its key in the store.
func (l lookup) find(tx store.Tx) (found item, key []byte, err error) {
	t, err := mustFindTable(tx, l.table)
	if err != nil {
		return nil, nil, err
	}
	if err := t.Key.checkKey(l.key); err != nil {
		return nil, nil, err
	}
	key = t.Key.encode(l.key)
	found, err = getItem(tx, itemsTable(l.table), key)
	return found, key, err
}

// show is what an answer shows of an item that was found.
func (l lookup) show(found item) *item {
	if found == nil {
		return nil
	}
	return new(l.project.of(found))
}
