package lambda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// firstFailure reads a partial batch response and returns how many records
// succeeded before the first that failed. An answer that isn't one, or that
// names a record which isn't in the batch, fails the whole batch, per
// "Configuring partial batch response".
func firstFailure(answer []byte, records []Record) (succeeded int, failure error) {
	if len(bytes.TrimSpace(answer)) == 0 {
		return len(records), nil
	}
	var response struct {
		BatchItemFailures []struct {
			ItemIdentifier string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return 0, fmt.Errorf("partial batch response: %w", err)
	}
	succeeded = len(records)
	for _, failed := range response.BatchItemFailures {
		at := slices.IndexFunc(records, func(r Record) bool { return r.SequenceNumber == failed.ItemIdentifier })
		if at < 0 {
			return 0, fmt.Errorf("partial batch response: record %q is not in the batch", failed.ItemIdentifier)
		}
		succeeded = min(succeeded, at)
	}
	if succeeded < len(records) {
		return succeeded, fmt.Errorf("partial batch response: record %s failed", records[succeeded].SequenceNumber)
	}
	return succeeded, nil
}
