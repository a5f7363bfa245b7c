package stepfunctions

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"iter"

	"slipway/infra/local/store"
)

// listKey is where a list of executions, all of a machine or those with a
// status, holds x. Keys of a list sort by start.
func listKey(x *execution, status Status) []byte {
	key := listPrefix(x.listName(), status)
	key = binary.BigEndian.AppendUint64(key, uint64(x.Started.UnixNano()))
	return append(key, x.Name...)
}

func listPrefix(machine string, status Status) []byte {
	return []byte(machine + "\x00" + string(status) + "\x00")
}

// listName is what the lists that x is on are named after: executions of a Map Run
// aren't among those of the state machine.
func (x *execution) listName() string { return cmp.Or(x.MapRun, x.Machine) }

// enlist puts a new execution on the list of its machine, on that of its status and
// among those that run.
func enlist(tx store.Tx, x *execution) {
	tx.Put(listTable, listKey(x, ""), []byte(x.ARN))
	tx.Put(listTable, listKey(x, x.Status), []byte(x.ARN))
	tx.Put(runningTable, []byte(x.ARN), []byte(x.Status))
}

// delist moves x from the list of the status that it had to that of the one that it has.
func delist(tx store.Tx, x *execution, was Status) {
	tx.Delete(listTable, listKey(x, was))
	tx.Put(listTable, listKey(x, x.Status), []byte(x.ARN))
	if x.Status == Running {
		tx.Put(runningTable, []byte(x.ARN), []byte(x.Status))
	} else {
		tx.Delete(runningTable, []byte(x.ARN))
	}
}

// forget removes everything that is known of an execution.
func (e *Engine) forget(tx store.Tx, x *execution) {
	tx.Delete(listTable, listKey(x, ""))
	tx.Delete(listTable, listKey(x, x.Status))
	tx.Delete(executionTable, []byte(x.ARN))
	for id := range x.LastEvent {
		tx.Delete(historyTable, historyKey(x.ARN, id+1))
	}
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
