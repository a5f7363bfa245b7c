package dynamodb

// A mutation is what a request wants done to one item.
type mutation struct {
	verb      verb
	table     string
	subject   item // the item to put, or else the key of the item
	condition condition
	update    *update
	returnOld bool // with the error, when the condition fails
}

type verb int

const (
	verbPut verb = iota
	verbUpdate
	verbDelete
	verbCheck
)

// locate finds the table and the key that the mutation is about. Other errors
// than of type [*awsjson.Error] are the store's.
func (w *writer) locate(m mutation) (change, error) {
	t, err := mustFindTable(w.tx, m.table)
	if err != nil {
		return change{}, err
	}
	check := t.Key.checkKey
	if m.verb == verbPut {
		check = t.Key.checkItem
	}
	if err := check(m.subject); err != nil {
		return change{table: t}, err
	}
	return change{table: t, key: t.Key.encode(m.subject)}, nil
}

// prepare works out what the located mutation makes of the item, without writing it.
func (w *writer) prepare(m mutation, c *change) error {
	if m.verb == verbPut {
		if err := c.table.checkNew(m.subject, m.verb); err != nil {
			return err
		}
	}
	old, err := getItem(w.tx, itemsTable(c.table.Name), c.key)
	if err != nil {
		return err
	}
	c.old, c.new = old, old
	if m.condition != nil && !m.condition.holds(old) {
		if !m.returnOld {
			old = nil
		}
		return conditionFailed(old)
	}
	switch m.verb {
	case verbPut:
		c.new = m.subject
	case verbDelete:
		c.new = nil
	case verbUpdate:
		c.new, err = c.table.updated(m, old)
	}
	return err
}

// updated is the item that an update makes of old.
func (t *table) updated(m mutation, old item) (item, error) {
	if old == nil {
		old = m.subject
	}
	if m.update == nil {
		return old, nil
	}
	for _, at := range m.update.paths() {
		if name := at[0].name; t.Key.has(name) {
			return nil, invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
		}
	}
	updated, err := m.update.apply(old)
	if err != nil {
		return nil, err
	}
	if itemSize(updated) > maxItemSize {
		return nil, invalid("Item size to update has exceeded the maximum allowed size")
	}
	return updated, t.checkNew(updated, m.verb)
}

// checkNew refuses an item that is too large or too deep or that an index can't hold.
func (t *table) checkNew(it item, by verb) error {
	if itemSize(it) > maxItemSize {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	if levels(it) > maxNesting+1 {
		return invalid("Nesting Levels have exceeded supported limits: " +
			"Attributes in the item have nested levels beyond supported limit")
	}
	for _, x := range t.Indexes {
		if err := x.checkItem(it, by); err != nil {
			return err
		}
	}
	return nil
}

// levels counts a scalar as one level and each list or document around it as another.
func levels(v value) int {
	deepest := 0
	switch v := v.(type) {
	case list:
		for _, element := range v {
			deepest = max(deepest, levels(element))
		}
	case document:
		for _, member := range v {
			deepest = max(deepest, levels(member))
		}
	}
	return deepest + 1
}

// mutate does one mutation in a store transaction of its own.
func (e *Engine) mutate(m mutation) (change, capacity, error) {
	var made change
	var used capacity
	err := e.update(func(w *writer) error {
		c, err := w.locate(m)
		if err != nil {
			return err
		}
		if err := w.prepare(m, &c); err != nil {
			return err
		}
		made = c
		used, err = w.commit(c)
		return err
	})
	return made, used, err
}
