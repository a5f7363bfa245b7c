package table

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
)

// encodeEntry returns the item of an audit record; its detail stays the text that
// the hash covers.
func encodeEntry(a pipeline.AuditEntry) item {
	all := eventKey(pipeline.Chain(a.Chain), a.Sequence).attributes()
	for name, value := range map[string]string{
		"chain": a.Chain, "type": a.Type, "at": a.At.Format(time.RFC3339Nano), "by": a.By,
		"previous": a.Previous, "hash": a.Hash, "detail": string(a.Detail),
	} {
		all[name] = text(value)
	}
	all["sequence"] = number(int64(a.Sequence))
	return all
}

// IsEvent tells whether an item with that sort key is an audit record.
func IsEvent(sortKey string) bool {
	return len(sortKey) > len(eventPrefix) && sortKey[:len(eventPrefix)] == eventPrefix
}

// DecodeEntry returns the audit record whose attributes are given, as plain JSON
// values by name.
func DecodeEntry(attributes map[string]any) (pipeline.AuditEntry, error) {
	detail, _ := attributes["detail"].(string)
	data, err := json.Marshal(attributes)
	if err != nil {
		return pipeline.AuditEntry{}, fmt.Errorf("decode audit record: %w", err)
	}
	var a pipeline.AuditEntry
	if err := json.Unmarshal(data, &a.Record); err != nil {
		return pipeline.AuditEntry{}, fmt.Errorf("decode audit record: %w", err)
	}
	if !json.Valid([]byte(detail)) {
		return pipeline.AuditEntry{}, fmt.Errorf("decode audit record %s/%d: its detail is not JSON: %w", a.Chain, a.Sequence, pipeline.ErrInvalid)
	}
	a.Detail = json.RawMessage(detail)
	return a, nil
}

// last returns the last record of chain; the zero record when it is empty.
func (t *Table) last(ctx context.Context, chain pipeline.Chain) (events.Record, error) {
	s := selection{pk: chainPartition(chain), prefix: eventPrefix, backward: true, limit: 1}
	for i, err := range t.query(ctx, s) {
		if err != nil {
			return events.Record{}, err
		}
		a, err := DecodeEntry(plainMap(i))
		return a.Record, err
	}
	return events.Record{}, nil
}

// Audit returns up to n records of chain after the given sequence number, oldest first.
func (t *Table) Audit(ctx context.Context, chain pipeline.Chain, after, n int) ([]pipeline.AuditEntry, error) {
	s := selection{pk: chainPartition(chain), prefix: eventPrefix, after: eventKey(chain, after+1).sk, limit: int32(n)}
	var all []pipeline.AuditEntry
	for i, err := range t.query(ctx, s) {
		if err != nil {
			return nil, fmt.Errorf("read chain %s: %w", chain, err)
		}
		a, err := DecodeEntry(plainMap(i))
		if err != nil {
			return nil, err
		}
		if all = append(all, a); len(all) == n {
			break
		}
	}
	return all, nil
}

// latest returns up to n records of one type in chain, newest first, from below
// the given sequence number (0: from the end). The chain is thus the index in time.
func (t *Table) latest(ctx context.Context, chain pipeline.Chain, kind string, below, n int) ([]pipeline.AuditEntry, error) {
	s := selection{pk: chainPartition(chain), prefix: eventPrefix, backward: true, only: kind}
	if below == 1 {
		return nil, nil
	}
	if below > 0 {
		s.before = eventKey(chain, below-1).sk
	}
	var all []pipeline.AuditEntry
	for i, err := range t.query(ctx, s) {
		if err != nil {
			return nil, fmt.Errorf("read chain %s: %w", chain, err)
		}
		a, err := DecodeEntry(plainMap(i))
		if err != nil {
			return nil, err
		}
		if all = append(all, a); len(all) == n {
			break
		}
	}
	return all, nil
}
