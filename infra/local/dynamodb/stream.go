package dynamodb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"slipway/infra/local/store"
)

// A StreamRecord tells of one change of an item.
type StreamRecord struct {
	SequenceNumber string          // 21 digits; later records have greater ones
	JSON           json.RawMessage // the record as Lambda receives it
}

// The record as Lambda receives it, per "Using AWS Lambda with Amazon DynamoDB".
type lambdaRecord struct {
	EventID        string       `json:"eventID"`
	EventName      string       `json:"eventName"`
	EventVersion   string       `json:"eventVersion"`
	EventSource    string       `json:"eventSource"`
	Region         string       `json:"awsRegion"`
	Change         streamChange `json:"dynamodb"`
	EventSourceARN string       `json:"eventSourceARN"`
	UserIdentity   *identity    `json:"userIdentity,omitempty"`
}

type streamChange struct {
	ApproximateCreationDateTime int64 // seconds since 1970
	Keys                        item
	NewImage                    item `json:",omitempty"`
	OldImage                    item `json:",omitempty"`
	SequenceNumber              string
	SizeBytes                   int
	StreamViewType              string
}

// An identity is who deleted an expired item.
type identity struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
}

// StreamARN is the ARN of a table's stream, "" when there is no such table or it has no stream.
func (e *Engine) StreamARN(name string) string {
	var arn string
	err := e.store.View(func(tx store.Tx) error {
		t, err := findTable(tx, name)
		if err == nil && t != nil && t.StreamViewType != "" {
			arn = e.streamARN(t)
		}
		return err
	})
	if err != nil {
		e.failed(fmt.Errorf("read stream ARN of table %s: %w", name, err))
	}
	return arn
}

func (e *Engine) tableARN(name string) string {
	return "arn:aws:dynamodb:" + e.region + ":" + e.account + ":table/" + name
}

func (e *Engine) streamARN(t *table) string { return e.tableARN(t.Name) + "/stream/" + t.streamLabel() }

func (t *table) streamLabel() string { return t.Created.UTC().Format("2006-01-02T15:04:05.000") }

// Records returns at most limit records of a table's stream in the order of
// their commits, from the first one after the sequence number after; "" stands
// for the oldest that the stream still has.
func (e *Engine) Records(name, after string, limit int) ([]StreamRecord, error) {
	var records []StreamRecord
	err := e.store.View(func(tx store.Tx) error {
		if _, err := mustFindStream(tx, name); err != nil {
			return err
		}
		for key, raw := range tx.Scan(streamTable(name), []byte(after)) {
			if len(records) >= limit {
				break
			}
			if string(key) > after {
				records = append(records, StreamRecord{string(key), slices.Clone(raw)})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read stream of table %s: %w", name, err)
	}
	return records, nil
}

func mustFindStream(tx store.Tx, name string) (*table, error) {
	t, err := mustFindTable(tx, name)
	if err == nil && t.StreamViewType == "" {
		return nil, fmt.Errorf("the table has no stream")
	}
	return t, err
}

// OnRecords has f called after each commit that appended records to a table's
// stream, in the goroutine that committed.
func (e *Engine) OnRecords(f func(table string)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listeners = append(e.listeners, f)
}

func (e *Engine) notify(table string) {
	e.mu.Lock()
	listeners := slices.Clone(e.listeners)
	e.mu.Unlock()
	for _, f := range listeners {
		f(table)
	}
}

// record appends the record of a change to the table's stream, if it has one.
func (w *writer) record(c change) error {
	if c.table.StreamViewType == "" {
		return nil
	}
	sequence, err := w.nextSequence(c.table.Name)
	if err != nil {
		return err
	}
	if !w.streamed[c.table.Name] {
		w.streamed[c.table.Name] = true
		if err := w.purgeRecords(c.table.Name); err != nil {
			return err
		}
	}
	record := w.engine.lambdaRecord(c, sequence, w.engine.clock.Now())
	return store.PutJSON(w.tx, streamTable(c.table.Name), []byte(sequence), record)
}

// nextSequence counts in the store, so that no number comes back when the records are gone.
func (w *writer) nextSequence(table string) (string, error) {
	var last uint64
	if raw := w.tx.Get(sequencesTable, []byte(table)); raw != nil {
		var err error
		if last, err = strconv.ParseUint(string(raw), 10, 64); err != nil {
			return "", fmt.Errorf("read last sequence number of table %s: %w", table, err)
		}
	}
	next := fmt.Sprintf("%021d", last+1)
	w.tx.Put(sequencesTable, []byte(table), []byte(next))
	return next, nil
}

func (e *Engine) lambdaRecord(c change, sequence string, now time.Time) lambdaRecord {
	name, subject := "MODIFY", c.new
	switch {
	case c.old == nil:
		name = "INSERT"
	case c.new == nil:
		name, subject = "REMOVE", c.old
	}
	arn := e.streamARN(c.table)
	record := lambdaRecord{
		EventID: eventID(arn, sequence), EventName: name, EventVersion: "1.1", EventSource: "aws:dynamodb",
		Region: e.region, EventSourceARN: arn,
		Change: streamChange{ApproximateCreationDateTime: now.Unix(), Keys: c.table.Key.of(subject),
			SequenceNumber: sequence, StreamViewType: c.table.StreamViewType},
	}
	record.Change.setImages(c)
	if c.byExpiry {
		record.UserIdentity = &identity{"Service", "dynamodb.amazonaws.com"}
	}
	return record
}

// setImages fills in the images that the stream's view has, and the size of all.
func (s *streamChange) setImages(c change) {
	if s.StreamViewType == "NEW_IMAGE" || s.StreamViewType == "NEW_AND_OLD_IMAGES" {
		s.NewImage = c.new
	}
	if s.StreamViewType == "OLD_IMAGE" || s.StreamViewType == "NEW_AND_OLD_IMAGES" {
		s.OldImage = c.old
	}
	s.SizeBytes = itemSize(s.Keys) + itemSize(s.NewImage) + itemSize(s.OldImage)
}

// eventID is 32 hexadecimal digits, the same whenever the same record is made.
func eventID(arn, sequence string) string {
	sum := sha256.Sum256([]byte(arn + sequence))
	return hex.EncodeToString(sum[:16])
}
