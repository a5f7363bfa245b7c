package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"slipway/events"
)

// An AuditEntry is an event with its place in its chain. Detail is the
// event's JSON, byte for byte what the hash covers.
type AuditEntry struct {
	events.Record
	Detail json.RawMessage `json:"detail"`
}

// Seal returns e as the entry after previous in chain; the zero previous begins the chain.
func Seal(chain Chain, previous events.Record, e events.Event, by string, at time.Time) (AuditEntry, error) {
	detail, err := json.Marshal(e)
	if err != nil {
		return AuditEntry{}, fmt.Errorf("seal %s: %w", e.Type(), err)
	}
	entry := AuditEntry{Detail: detail, Record: events.Record{
		Chain: string(chain), Sequence: previous.Sequence + 1, Type: e.Type(), At: at.UTC(), By: by, Previous: previous.Hash}}
	entry.Hash = entry.digest()
	return entry, nil
}

// Verify returns [ErrInvalid] unless a is intact and follows previous.
func (a AuditEntry) Verify(previous events.Record) error {
	switch {
	case a.Hash != a.digest():
		return fmt.Errorf("audit record %s/%d: its content does not fit its hash: %w", a.Chain, a.Sequence, ErrInvalid)
	case a.Sequence != previous.Sequence+1 || a.Previous != previous.Hash:
		return fmt.Errorf("audit record %s/%d: it does not follow record %d: %w", a.Chain, a.Sequence, previous.Sequence, ErrInvalid)
	}
	return nil
}

// digest hashes every field but the hash itself, each followed by a line break, which none of them holds.
func (a AuditEntry) digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%s\n%s\n%q\n%s\n%s\n", a.Chain, a.Sequence, a.Type, a.At.Format(time.RFC3339Nano), a.By, a.Previous, a.Detail)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
