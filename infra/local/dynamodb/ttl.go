package dynamodb

import (
	encoding "encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"slipway/infra/local/store"
)

const (
	// maxExpiryAge is the age from which an expiry time counts as a mistake: such
	// items stay, per "Using time to live (TTL) in DynamoDB".
	maxExpiryAge = 5 * 365 * 24 * time.Hour
	// sweepSize is how many expired items one transaction deletes.
	sweepSize = 100
	// sweepRetry is how long a sweep that failed waits before the next.
	sweepRetry = time.Minute
)

// A wake is the scheduled next sweep of a table.
type wake struct {
	at     time.Time
	cancel func()
}

// expiresAt is the time at which it is to be deleted: the first second after
// the one that its TTL attribute holds. Ok is false when it never is.
func (t *table) expiresAt(it item, now time.Time) (at time.Time, ok bool) {
	if t.TTLAttribute == "" {
		return time.Time{}, false
	}
	n, isNumber := it[t.TTLAttribute].(number)
	if !isNumber {
		return time.Time{}, false
	}
	seconds, isTime := n.seconds()
	if !isTime || now.Unix()-seconds > int64(maxExpiryAge/time.Second) {
		return time.Time{}, false
	}
	return time.Unix(seconds+1, 0).UTC(), true
}

// expiryKey sorts by time and then by the key of the item.
func expiryKey(at time.Time, key []byte) []byte {
	return append(encoding.BigEndian.AppendUint64(nil, uint64(at.Unix())), key...)
}

func expiryOf(expiryKey []byte) (at time.Time, key []byte) {
	return time.Unix(int64(encoding.BigEndian.Uint64(expiryKey)), 0).UTC(), expiryKey[8:]
}

// expire keeps the list of expiries in step with a change.
func (w *writer) expire(c change) {
	now := w.engine.clock.Now()
	list := expiryTable(c.table.Name)
	if at, ok := c.table.expiresAt(c.old, time.Time{}); ok {
		w.tx.Delete(list, expiryKey(at, c.key))
	}
	at, ok := c.table.expiresAt(c.new, now)
	if !ok {
		return
	}
	w.tx.Put(list, expiryKey(at, c.key), []byte{})
	if first, planned := w.expiries[c.table.Name]; !planned || at.Before(first) {
		w.expiries[c.table.Name] = at
	}
}

// Resume schedules the expiry of items that were there when the engine started.
func (e *Engine) Resume() error {
	next := map[string]time.Time{}
	err := e.store.View(func(tx store.Tx) error {
		for name := range tx.Scan(tablesTable, nil) {
			for key := range tx.Scan(expiryTable(string(name)), nil) {
				next[string(name)], _ = expiryOf(key)
				break
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("resume expiry of items: %w", err)
	}
	for _, table := range slices.Sorted(maps.Keys(next)) {
		e.wakeAt(table, next[table])
	}
	return nil
}

// wakeAt has the table swept at that time, unless it is swept before.
func (e *Engine) wakeAt(table string, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	planned, isPlanned := e.wakes[table]
	if isPlanned && !at.Before(planned.at) {
		return
	}
	if isPlanned {
		planned.cancel()
	}
	e.wakes[table] = wake{at, e.clock.At(at, func() { e.sweep(table) })}
}

// sweep deletes expired items of a table and plans the next sweep.
func (e *Engine) sweep(table string) {
	e.mu.Lock()
	delete(e.wakes, table)
	e.mu.Unlock()
	var next time.Time
	err := e.update(func(w *writer) error {
		var err error
		next, err = w.deleteExpired(table)
		return err
	})
	if err != nil {
		next = e.clock.Now().Add(sweepRetry)
		e.failed(fmt.Errorf("expire items of table %s: %w", table, err))
	}
	if !next.IsZero() {
		e.wakeAt(table, next)
	}
}

// deleteExpired deletes items whose time has come and returns when the next one's comes, zero for never.
func (w *writer) deleteExpired(name string) (next time.Time, err error) {
	t, err := mustFindTable(w.tx, name)
	if err != nil {
		return time.Time{}, err
	}
	keys, next := w.expired(name)
	for _, key := range keys {
		old, err := getItem(w.tx, itemsTable(name), key)
		if err != nil {
			return time.Time{}, err
		}
		if _, err := w.commit(change{table: t, key: key, old: old, byExpiry: true}); err != nil {
			return time.Time{}, err
		}
	}
	return next, nil
}

// expired returns the keys of items whose time has come, at most sweepSize, and when the next one's comes.
func (w *writer) expired(name string) (keys [][]byte, next time.Time) {
	now := w.engine.clock.Now()
	for entry := range w.tx.Scan(expiryTable(name), nil) {
		at, key := expiryOf(entry)
		if at.After(now) || len(keys) == sweepSize {
			return keys, at
		}
		keys = append(keys, slices.Clone(key))
	}
	return keys, time.Time{}
}
