package sqs

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"slipway/infra/local/store"
)

// The store tables of this engine.
const (
	queuesTable   = "sqs/queues"   // queue name → queue
	messagesTable = "sqs/messages" // queue name, 0, sequence → message, in the order of arrival
	dueTable      = "sqs/due"      // queue name, 0, time it becomes visible, sequence → nothing
	sequenceTable = "sqs/sequence" // sequenceKey → the last sequence given out
)

var sequenceKey = []byte("last")

// prefix begins the keys of a queue's messages; a queue name holds no zero byte.
func prefix(queue string) []byte { return append([]byte(queue), 0) }

func messageKey(queue string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(prefix(queue), seq)
}

func dueKey(queue string, visible time.Time, seq uint64) []byte {
	key := binary.BigEndian.AppendUint64(prefix(queue), uint64(visible.UnixNano()))
	return binary.BigEndian.AppendUint64(key, seq)
}

// splitDueKey returns the time and the sequence at the end of a key of dueTable.
func splitDueKey(key []byte) (visible time.Time, seq uint64) {
	tail := key[len(key)-16:]
	return time.Unix(0, int64(binary.BigEndian.Uint64(tail))).UTC(), binary.BigEndian.Uint64(tail[8:])
}

// ofQueue yields the pairs of table whose keys belong to queue.
func ofQueue(tx store.Tx, table, queue string) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		mine := prefix(queue)
		for key, value := range tx.Scan(table, mine) {
			if !bytes.HasPrefix(key, mine) || !yield(key, value) {
				return
			}
		}
	}
}

// nextSequence returns a number above all that it returned before.
func nextSequence(tx store.Tx) uint64 {
	var last uint64
	if value := tx.Get(sequenceTable, sequenceKey); value != nil {
		last = binary.BigEndian.Uint64(value)
	}
	tx.Put(sequenceTable, sequenceKey, binary.BigEndian.AppendUint64(nil, last+1))
	return last + 1
}

func putJSON(tx store.Tx, table string, key []byte, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode for %s: %w", table, err)
	}
	tx.Put(table, key, encoded)
	return nil
}

// sequenceOf returns the sequence at the end of a key of messagesTable.
func sequenceOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }
