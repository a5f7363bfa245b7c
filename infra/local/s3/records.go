package s3

import (
	"bytes"

	"slipway/infra/local/store"
)

// The engine's tables in the store.
const (
	bucketTable  = "s3/buckets"  // bucket name → bucket
	objectTable  = "s3/objects"  // bucket, key, newest version first → version
	versionTable = "s3/versions" // bucket, key, version id → the version's key in objectTable
	uploadTable  = "s3/uploads"  // bucket, key, upload id → upload
	partTable    = "s3/parts"    // upload id, part number → part
	bodyTable    = "s3/bodies"   // body id → the body, or inFile
	counterTable = "s3/counters" // "sequence" → the last sequence number
)

// seek returns the first pair of table at or after from whose key starts with
// prefix, or nil when there is none.
func seek(tx store.Tx, table string, from, prefix []byte) (key, value []byte) {
	for k, v := range tx.Scan(table, from) {
		if bytes.HasPrefix(k, prefix) {
			return k, v
		}
		break
	}
	return nil, nil
}

// nextSequence returns a number greater than any that it returned before. It
// orders the versions of a key and is the sequencer of their events.
func nextSequence(tx store.Tx) uint64 { return store.NextSequence(tx, counterTable, "sequence") }
