package store

import "encoding/binary"

// NextSequence returns a number above all that it returned before for this key of
// table, where it keeps the last one.
func NextSequence(tx Tx, table, key string) uint64 {
	next := uint64(1)
	if last := tx.Get(table, []byte(key)); last != nil {
		next += binary.BigEndian.Uint64(last)
	}
	tx.Put(table, []byte(key), SequenceKey(next))
	return next
}

// SequenceKey returns 8 bytes that sort as the sequence numbers do.
func SequenceKey(sequence uint64) []byte { return binary.BigEndian.AppendUint64(nil, sequence) }
