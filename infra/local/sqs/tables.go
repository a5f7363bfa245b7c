package sqs

import (
	"bytes"
	"encoding/binary"
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
	sequenceKey   = "last"
)

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

// sequenceOf returns the sequence at the end of a key of messagesTable.
func sequenceOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }
