package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slipway/infra/local/store"
)

// A batch is what a mapping reads at once: records, and those of them that pass
// its filters.
type batch struct {
	records []Record
	passed  []Record
}

func (b batch) end() string { return b.records[len(b.records)-1].SequenceNumber }

// before returns the sequence number of the record before the one with the
// given number, or checkpoint when that is the first.
func (b batch) before(sequenceNumber, checkpoint string) string {
	at := slices.IndexFunc(b.records, func(r Record) bool { return r.SequenceNumber == sequenceNumber })
	if at == 0 {
		return checkpoint
	}
	return b.records[at-1].SequenceNumber
}

// step delivers one batch. It returns when the next step is due, or a zero time
// when there was no record.
func (m *mapping) step() (time.Time, error) {
	now := m.engine.Clock.Now()
	p, _, err := m.load()
	if err != nil || p.Due.After(now) {
		return p.Due, err
	}
	b, err := m.read(p)
	if err != nil || len(b.records) == 0 {
		return time.Time{}, err
	}
	if old := m.expired(b, now); len(old) > 0 {
		gone := batch{records: b.records[:slices.IndexFunc(b.records, isRecord(old[len(old)-1]))+1], passed: old}
		return now, m.discard(p, gone, "RecordAgeExceeded", "")
	}
	if len(b.passed) == 0 {
		return now, m.save(p.after(b.end()))
	}
	return m.deliver(p, b)
}

// read returns the batch at p: up to the batch size, and no further than the
// batch under way.
func (m *mapping) read(p place) (batch, error) {
	records, err := m.Source.Records(m.Table, p.Checkpoint, m.BatchSize)
	if err != nil {
		return batch{}, fmt.Errorf("read the stream of %s: %w", m.Table, err)
	}
	if len(p.Ends) > 0 {
		end := p.Ends[len(p.Ends)-1]
		if at := slices.IndexFunc(records, func(r Record) bool { return r.SequenceNumber == end }); at >= 0 {
			records = records[:at+1]
		}
	}
	b := batch{records: records}
	for _, r := range records {
		if m.passes(r) {
			b.passed = append(b.passed, r)
		}
	}
	return b, nil
}

func (m *mapping) passes(r Record) bool {
	for _, p := range m.patterns {
		if p.Match(r.JSON) {
			return true
		}
	}
	return len(m.patterns) == 0
}

// expired returns the records at the head of what passed in b that are too old.
func (m *mapping) expired(b batch, now time.Time) []Record {
	if m.MaximumRecordAge == 0 {
		return nil
	}
	young := slices.IndexFunc(b.passed, func(r Record) bool { return now.Sub(r.arrival()) <= m.MaximumRecordAge })
	if young < 0 {
		return b.passed
	}
	return b.passed[:young]
}

func isRecord(r Record) func(Record) bool {
	return func(other Record) bool { return other.SequenceNumber == r.SequenceNumber }
}

// arrival returns when r came into the stream, to the second.
func (r Record) arrival() time.Time {
	var content struct {
		DynamoDB struct {
			ApproximateCreationDateTime float64
		} `json:"dynamodb"`
	}
	if err := json.Unmarshal(r.JSON, &content); err != nil {
		return time.Time{} // it isn't a table's record, and so never too young
	}
	return time.Unix(int64(content.DynamoDB.ApproximateCreationDateTime), 0).UTC()
}

// deliver invokes the function with b and moves p accordingly.
func (m *mapping) deliver(p place, b batch) (time.Time, error) {
	requestID := m.engine.NewID()
	answer, failure := m.engine.run(context.Background(), m.function, requestID, streamEvent(b.passed))
	if failure == nil && m.ReportBatchItemFailures {
		var succeeded int
		if succeeded, failure = firstFailure(answer, b.passed); failure != nil && succeeded > 0 {
			p.Checkpoint = b.before(b.passed[succeeded].SequenceNumber, p.Checkpoint)
			p.Failures = 0
			b = b.from(b.passed[succeeded])
			return m.retry(p, b, requestID, false)
		}
	}
	if failure == nil {
		return m.engine.Clock.Now(), m.save(p.after(b.end()))
	}
	return m.retry(p, b, requestID, m.BisectBatchOnFunctionError && len(b.passed) > 1)
}

// streamEvent returns the event that a function gets for records.
func streamEvent(records []Record) []byte {
	all := make([][]byte, len(records))
	for i, r := range records {
		all[i] = r.JSON
	}
	return slices.Concat([]byte(`{"Records":[`), bytes.Join(all, []byte(",")), []byte("]}"))
}

// from returns the part of b that begins with r.
func (b batch) from(r Record) batch {
	return batch{b.records[slices.IndexFunc(b.records, isRecord(r)):], b.passed[slices.IndexFunc(b.passed, isRecord(r)):]}
}

// retry has b delivered again: in two halves at once, or as a whole after a
// while. A batch that has no retry left is discarded.
func (m *mapping) retry(p place, b batch, requestID string, split bool) (time.Time, error) {
	now := m.engine.Clock.Now()
	p = p.within(b.end())
	if split {
		half := b.passed[len(b.passed)/2-1]
		p.Ends = append(p.Ends, half.SequenceNumber)
		return now, m.save(p)
	}
	p.Failures++
	if m.retries != unlimitedRetries && p.Failures > m.retries {
		return now, m.discard(p, b, "RetryAttemptsExhausted", requestID)
	}
	p.Due = now.Add(min(maxStreamBackoff, firstStreamBackoff<<min(p.Failures-1, 6)))
	return p.Due, m.save(p)
}

// discard leaves b behind and tells the on-failure destination.
func (m *mapping) discard(p place, b batch, condition, requestID string) error {
	e := m.engine
	return e.Store.Update(func(tx store.Tx) error {
		if m.OnFailure != "" {
			record := newRecord(e.Clock.Now(), requestID, m.function, condition, p.Failures)
			record.StreamBatch = m.describe(b)
			if err := e.sendRecord(tx, m.OnFailure, record); err != nil {
				return err
			}
		}
		return store.PutJSON(tx, placesTable, []byte(m.ID), p.after(b.end()))
	})
}

// describe tells where in the stream the records of b are; as in Lambda, the records themselves aren't sent.
func (m *mapping) describe(b batch) *streamBatch {
	first, last := b.passed[0], b.passed[len(b.passed)-1]
	return &streamBatch{
		ShardID:                         "shardId-" + m.Table,
		StartSequenceNumber:             first.SequenceNumber,
		EndSequenceNumber:               last.SequenceNumber,
		ApproximateArrivalOfFirstRecord: first.arrival().Format(time.RFC3339),
		ApproximateArrivalOfLastRecord:  last.arrival().Format(time.RFC3339),
		BatchSize:                       len(b.passed),
		StreamARN:                       m.StreamARN,
	}
}
