// Package publishevents puts the audit records that the table's stream brings on
// the Slipway bus.
package publishevents

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway/shared/pipeline"
	"slipway/shared/table"
)

// Bus is where events are published.
type Bus interface {
	Publish(ctx context.Context, entries []pipeline.AuditEntry) (published int, err error)
}

// A Handler publishes events.
type Handler struct{ bus Bus }

// New returns a handler.
func New(bus Bus) *Handler { return &Handler{bus} }

// A Batch is what Lambda hands over of a DynamoDB stream.
type Batch struct {
	Records []Record `json:"Records"`
}

// A Record is one change of one item, per the DynamoDB Streams event of Lambda.
type Record struct {
	EventName string `json:"eventName"`
	Change    struct {
		SequenceNumber string                     `json:"SequenceNumber"`
		NewImage       map[string]json.RawMessage `json:"NewImage"`
	} `json:"dynamodb"`
}

// An Output names the first record that is to come again; none when all were handled.
type Output struct {
	BatchItemFailures []Failure `json:"batchItemFailures"`
}

// A Failure is the sequence number of a record.
type Failure struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

// Handle publishes the new audit records of the batch in their order; other
// records it passes over. When one can't be decoded or published, it is reported,
// and comes again with all that follow it; when it is the first, its error is
// returned.
func (h *Handler) Handle(ctx context.Context, batch Batch) (Output, error) {
	var entries []pipeline.AuditEntry
	var numbers []string // of the entries, and then of the record that can't be decoded, if there is one
	var failed error
	for _, r := range batch.Records {
		entry, ok, err := r.entry()
		if ok {
			entries = append(entries, entry)
		}
		if ok || err != nil {
			numbers = append(numbers, r.Change.SequenceNumber)
		}
		if failed = err; err != nil {
			break
		}
	}
	published, err := h.bus.Publish(ctx, entries)
	if err != nil {
		failed = err
	}
	switch {
	case published == len(numbers):
		return Output{BatchItemFailures: []Failure{}}, nil
	case published == 0:
		return Output{}, failed
	}
	return Output{BatchItemFailures: []Failure{{numbers[published]}}}, nil
}

// entry returns the audit record that r adds; ok is false when it adds none.
func (r Record) entry() (entry pipeline.AuditEntry, ok bool, err error) {
	image := make(map[string]any, len(r.Change.NewImage))
	for name, attribute := range r.Change.NewImage {
		var value struct {
			S *string      `json:"S"`
			N *json.Number `json:"N"`
		}
		if err := json.Unmarshal(attribute, &value); err != nil {
			return entry, false, fmt.Errorf("decode stream record %s: %w", r.Change.SequenceNumber, err)
		}
		switch {
		case value.S != nil:
			image[name] = *value.S
		case value.N != nil:
			image[name] = *value.N
		}
	}
	sk, _ := image["sk"].(string)
	if r.EventName != "INSERT" || !table.IsEvent(sk) {
		return entry, false, nil
	}
	entry, err = table.DecodeEntry(image)
	return entry, err == nil, err
}
