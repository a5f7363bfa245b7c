package dynamodb

import (
	"slices"
	"time"

	"slipway/infra/local/store"
)

const (
	// recordLife is how long a stream keeps a record, per "Change data capture for DynamoDB Streams".
	recordLife = 24 * time.Hour
	// recordPurge is how many old records a transaction clears away: as many as one
	// can append at the most, so that old ones never pile up.
	recordPurge = max(maxActions, maxBatchWrites, sweepSize)
)

// An agedRecord is the part of a stream record that tells when it was written.
type agedRecord struct {
	Change struct{ ApproximateCreationDateTime int64 } `json:"dynamodb"`
}

// purgeRecords deletes the oldest records of a table's stream that have outlived
// recordLife. They are in the order of their age, so that where there is nothing to
// delete, it reads only one.
func (w *writer) purgeRecords(table string) error {
	stream := streamTable(table)
	oldest := w.engine.clock.Now().Add(-recordLife).Unix()
	var old [][]byte
	for key, raw := range w.tx.Scan(stream, nil) {
		record, err := store.ParseJSON[agedRecord](stream, raw)
		if err != nil {
			return err
		}
		// A record's time is cut to the second, so one of that very second may be younger.
		if record.Change.ApproximateCreationDateTime >= oldest || len(old) == recordPurge {
			break
		}
		old = append(old, slices.Clone(key))
	}
	for _, key := range old {
		w.tx.Delete(stream, key)
	}
	return nil
}
