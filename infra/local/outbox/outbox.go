// Package outbox is how engines hand over what they owe others: an entry lies in the
// store until it is handed over or given up, so that it outlives the process.
package outbox

import (
	"encoding/binary"
	"fmt"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// A Box holds entries of type E and hands each over when it is due.
type Box[E any] struct {
	Store store.Store
	Clock clock.Clock
	// Table and Sequence are the store's tables for the entries and for the last
	// sequence number given out.
	Table, Sequence string
	// Due returns when an entry is to be handed over next.
	Due func(E) time.Time
	// HandOver hands an entry over. What it writes into tx is undone when it fails.
	HandOver func(tx store.Tx, entry E) error
	// Failed tells what becomes of an entry that could not be handed over: it returns
	// the entry as it is to be tried again, or again false after it has given it up in tx.
	Failed func(tx store.Tx, entry E, failure error) (next E, again bool, err error)
	// Name returns what errors call an entry.
	Name func(E) string
	// Report, if set, is told of the errors that Failed doesn't take: the store's, and
	// Failed's own. The entry stays until the next Resume. Without Report they panic.
	Report func(error)
}

// lastKey is where the last sequence number is.
const lastKey = "last"

// Put adds an entry in tx, and hands it over after the commit, when it is due.
func (b *Box[E]) Put(tx store.Tx, entry E) error {
	return b.put(tx, store.NextSequence(tx, b.Sequence, lastKey), entry)
}

func (b *Box[E]) put(tx store.Tx, sequence uint64, entry E) error {
	if err := store.PutJSON(tx, b.Table, store.SequenceKey(sequence), entry); err != nil {
		return err
	}
	tx.OnCommit(func() { b.handOverAt(sequence, b.Due(entry)) })
	return nil
}

func (b *Box[E]) handOverAt(sequence uint64, due time.Time) {
	b.Clock.At(due, func() {
		err := b.handOver(sequence)
		switch {
		case err == nil:
		case b.Report != nil:
			b.Report(err)
		default:
			panic(err)
		}
	})
}

// Resume goes on with the entries that were there when the process ended, each at the
// time when it was due.
func (b *Box[E]) Resume() error {
	return b.Store.View(func(tx store.Tx) error {
		for key, value := range tx.Scan(b.Table, nil) {
			entry, err := store.ParseJSON[E](b.Table, value)
			if err != nil {
				return fmt.Errorf("resume delivery %x: %w", key, err)
			}
			b.handOverAt(binary.BigEndian.Uint64(key), b.Due(*entry))
		}
		return nil
	})
}

// handOver hands the entry at sequence over once. The hand-off and the end of the entry
// are one transaction, so that whoever takes it in the same store gets it exactly once.
func (b *Box[E]) handOver(sequence uint64) error {
	var entry *E
	var failure error
	err := b.Store.Update(func(tx store.Tx) (err error) {
		if entry, err = store.GetJSON[E](tx, b.Table, store.SequenceKey(sequence)); err != nil || entry == nil {
			return err
		}
		tx.Delete(b.Table, store.SequenceKey(sequence))
		failure = b.HandOver(tx, *entry)
		return failure
	})
	if failure != nil {
		err = b.Store.Update(func(tx store.Tx) error { return b.fail(tx, sequence, *entry, failure) })
	}
	if err != nil && entry != nil {
		return fmt.Errorf("deliver %s: %w", b.Name(*entry), err)
	}
	return err
}

// fail keeps an entry for later, or removes it.
func (b *Box[E]) fail(tx store.Tx, sequence uint64, entry E, failure error) error {
	next, again, err := b.Failed(tx, entry, failure)
	if err != nil {
		return err
	}
	if again {
		return b.put(tx, sequence, next)
	}
	tx.Delete(b.Table, store.SequenceKey(sequence))
	return nil
}
