// Package store is where the local engines keep their state: ordered key-value
// tables with transactions, in memory or in one file.
package store

import "iter"

// A Store holds named tables of ordered keys. All engines of one local stack
// share one Store, so that a change and the events it causes commit together.
type Store interface {
	// View runs f on a consistent snapshot; f must not write.
	View(f func(Tx) error) error
	// Update runs f in a transaction of its own; one runs at a time. When f returns
	// nil, everything f wrote is durable before Update returns, and then the
	// functions given to OnCommit run in order. When f returns an error, nothing was
	// written and Update returns that error. f must not call View or Update.
	Update(f func(Tx) error) error
	// Close releases the store; it must not be used afterwards.
	Close() error
}

// A Tx is one transaction. Keys and values that it returns must not be changed
// and are valid only until the transaction ends.
type Tx interface {
	// Get returns the value of key in table, or nil when there is none.
	Get(table string, key []byte) []byte
	// Put sets key in table to value; the table need not exist. It must not be
	// called while a Scan of the same table is under way.
	Put(table string, key, value []byte)
	// Delete removes key from table if it is there; the same limit as for Put holds.
	Delete(table string, key []byte)
	// Scan yields the pairs of table in key order from the first key at or after
	// from (nil: from the start).
	Scan(table string, from []byte) iter.Seq2[[]byte, []byte]
	// ScanBack yields the pairs of table in reverse order from the last key at or
	// before from (nil: from the end).
	ScanBack(table string, from []byte) iter.Seq2[[]byte, []byte]
	// OnCommit runs f after the transaction has committed durably, in the
	// goroutine that called Update, outside of any transaction.
	OnCommit(f func())
}
