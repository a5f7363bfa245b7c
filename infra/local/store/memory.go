package store

import (
	"bytes"
	"fmt"
	"iter"
	"sync"

	"github.com/tidwall/btree"
)

// Memory is a [Store] that ends with the process.
type Memory struct {
	mu     sync.RWMutex
	tables map[string]*table
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{tables: map[string]*table{}} }

type table = btree.BTreeG[pair]

type pair struct{ key, value []byte }

func newTable() *table {
	return btree.NewBTreeGOptions(func(a, b pair) bool { return bytes.Compare(a.key, b.key) < 0 },
		btree.Options{NoLocks: true})
}

// View implements [Store].
func (m *Memory) View(f func(Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return f(&memoryTx{store: m})
}

// Update implements [Store].
func (m *Memory) Update(f func(Tx) error) error {
	tx := &memoryTx{store: m, writable: true}
	if err := m.update(tx, f); err != nil {
		return err
	}
	for _, then := range tx.then {
		then()
	}
	return nil
}

func (m *Memory) update(tx *memoryTx, f func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	committed := false
	defer func() {
		if !committed { // an error or a panic of f
			tx.rollBack()
		}
	}()
	if err := f(tx); err != nil {
		return err
	}
	committed = true
	return nil
}

// Close implements [Store].
func (m *Memory) Close() error { return nil }

type memoryTx struct {
	store    *Memory
	writable bool
	undo     []change
	then     []func()
}

// A change tells what a table held under a key before the transaction wrote there; a nil value means nothing.
type change struct {
	table string
	pair  pair
}

func (t *memoryTx) rollBack() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		if was := t.undo[i]; was.pair.value == nil {
			t.store.tables[was.table].Delete(was.pair)
		} else {
			t.store.tables[was.table].Set(was.pair)
		}
	}
}

func (t *memoryTx) Get(name string, key []byte) []byte {
	tab := t.store.tables[name]
	if tab == nil {
		return nil
	}
	found, _ := tab.Get(pair{key: key})
	return found.value
}

func (t *memoryTx) Put(name string, key, value []byte) {
	t.mustWrite(name)
	tab := t.store.tables[name]
	if tab == nil {
		tab = newTable()
		t.store.tables[name] = tab
	}
	// An empty value is a value: only nil means that there is none.
	set := pair{bytes.Clone(key), append([]byte{}, value...)}
	was, _ := tab.Set(set)
	t.undo = append(t.undo, change{name, pair{set.key, was.value}})
}

func (t *memoryTx) Delete(name string, key []byte) {
	t.mustWrite(name)
	if tab := t.store.tables[name]; tab != nil {
		if was, ok := tab.Delete(pair{key: key}); ok {
			t.undo = append(t.undo, change{name, was})
		}
	}
}

func (t *memoryTx) mustWrite(name string) {
	if !t.writable {
		panic(fmt.Sprintf("store: write to table %s in a read-only transaction", name))
	}
}

func (t *memoryTx) Scan(name string, from []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		if tab := t.store.tables[name]; tab != nil {
			tab.Ascend(pair{key: from}, func(p pair) bool { return yield(p.key, p.value) })
		}
	}
}

func (t *memoryTx) ScanBack(name string, from []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		tab := t.store.tables[name]
		if tab == nil {
			return
		}
		each := func(p pair) bool { return yield(p.key, p.value) }
		if from == nil {
			tab.Reverse(each)
		} else {
			tab.Descend(pair{key: from}, each)
		}
	}
}

func (t *memoryTx) OnCommit(f func()) { t.then = append(t.then, f) }
