package stepfunctions

import (
	"bytes"
	"encoding/binary"
	"iter"
	"strings"

	"slipway/infra/local/store"
)

// listKey is where a list of executions, all of a machine or those with a
// status, holds x. Keys of a list sort by start.
func listKey(x *execution, status Status) []byte {
	key := listPrefix(x.Machine, status)
	key = binary.BigEndian.AppendUint64(key, uint64(x.Started.UnixNano()))
	return append(key, x.Name...)
}

func listPrefix(machine string, status Status) []byte {
	return []byte(machine + "\x00" + string(status) + "\x00")
}

// enlist puts x on the list of its machine and on that of its status, and takes it off that of its status before.
func enlist(tx store.Tx, x *execution, was Status) {
	if was != "" {
		tx.Delete(listTable, listKey(x, was))
	}
	tx.Put(listTable, listKey(x, ""), []byte(x.ARN))
	tx.Put(listTable, listKey(x, x.Status), []byte(x.ARN))
}

// newest yields the keys and ARNs of a list from the newest execution, or from
// the one before key after.
func newest(tx store.Tx, machine string, status Status, after []byte) iter.Seq2[[]byte, string] {
	prefix := listPrefix(machine, status)
	from := after
	if from == nil {
		from = append(bytes.Clone(prefix), bytes.Repeat([]byte{0xff}, 9)...)
	}
	return func(yield func([]byte, string) bool) {
		for key, arn := range tx.ScanBack(listTable, from) {
			if !bytes.HasPrefix(key, prefix) {
				return
			}
			if !bytes.Equal(key, after) && !yield(key, string(arn)) {
				return
			}
		}
	}
}

// executionsWithStatus returns the ARNs of a machine's executions with status, the oldest first.
func executionsWithStatus(tx store.Tx, machine string, status Status) []string {
	var arns []string
	prefix := string(listPrefix(machine, status))
	for key, arn := range tx.Scan(listTable, []byte(prefix)) {
		if !strings.HasPrefix(string(key), prefix) {
			break
		}
		arns = append(arns, string(arn))
	}
	return arns
}
