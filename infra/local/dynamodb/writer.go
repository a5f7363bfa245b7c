package dynamodb

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"slipway/infra/local/store"
)

// A writer makes the writes of one store transaction and, once it has
// committed, announces the stream records and expiries that came of them.
type writer struct {
	engine   *Engine
	tx       store.Tx
	streamed map[string]bool      // tables that got stream records
	expiries map[string]time.Time // the earliest new expiry of each table
}

// update runs f in one store transaction.
func (e *Engine) update(f func(*writer) error) error {
	return e.store.Update(func(tx store.Tx) error {
		w := &writer{engine: e, tx: tx, streamed: map[string]bool{}, expiries: map[string]time.Time{}}
		if err := f(w); err != nil {
			return err
		}
		tx.OnCommit(w.announce)
		return nil
	})
}

func (w *writer) announce() {
	for _, table := range slices.Sorted(maps.Keys(w.expiries)) {
		w.engine.wakeAt(table, w.expiries[table])
	}
	for _, table := range slices.Sorted(maps.Keys(w.streamed)) {
		w.engine.notify(table)
	}
}

// A change is one item as it was and as it shall be; nil stands for no item.
type change struct {
	table    *table
	key      []byte
	old, new item
	byExpiry bool // made by the engine itself, because the item expired
}

// commit makes a change in the table, its indexes, its expiry and its stream.
func (w *writer) commit(c change) (capacity, error) {
	var used capacity
	used.add("", writeUnits(max(itemSize(c.old), itemSize(c.new))))
	if equal(c.old, c.new) {
		return used, nil
	}
	if c.new == nil {
		w.tx.Delete(itemsTable(c.table.Name), c.key)
	} else {
		putItem(w.tx, itemsTable(c.table.Name), c.key, c.new)
	}
	w.index(c, &used)
	w.expire(c)
	return used, w.record(c)
}

// index makes the change in all indexes that it concerns.
func (w *writer) index(c change, used *capacity) {
	for _, x := range c.table.Indexes {
		was, is := x.entry(c.table.Key, c.old), x.entry(c.table.Key, c.new)
		if is.same(was) {
			continue
		}
		used.add(x.Name, is.units(was))
		to := indexTable(c.table.Name, x.Name)
		if was != nil && (is == nil || !bytes.Equal(was.key, is.key)) {
			w.tx.Delete(to, was.key)
		}
		if is != nil {
			putItem(w.tx, to, is.key, is.item)
		}
	}
}
