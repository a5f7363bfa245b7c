// Package bus puts audit records on the Slipway event bus.
package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"slipway/events"
	"slipway/shared/pipeline"
)

// maxEntries is how many entries one PutEvents call takes.
const maxEntries = 10

// A Bus is one event bus.
type Bus struct {
	client *eventbridge.Client
	name   string
}

// New returns the bus of that name; it makes no call.
func New(client *eventbridge.Client, name string) *Bus { return &Bus{client, name} }

// Publish puts entries on the bus in their order and returns how many, from the
// first, are there for certain. When that is not all of them, the error says why.
func (b *Bus) Publish(ctx context.Context, entries []pipeline.AuditEntry) (published int, err error) {
	for part := range slices.Chunk(entries, maxEntries) {
		n, err := b.put(ctx, part)
		published += n
		if err != nil {
			return published, fmt.Errorf("publish to bus %s: %w", b.name, err)
		}
	}
	return published, nil
}

func (b *Bus) put(ctx context.Context, part []pipeline.AuditEntry) (published int, err error) {
	in := &eventbridge.PutEventsInput{}
	for _, a := range part {
		body, err := detail(a)
		if err != nil {
			return 0, err
		}
		in.Entries = append(in.Entries, types.PutEventsRequestEntry{EventBusName: &b.name, Source: aws.String(events.Source),
			DetailType: aws.String(a.Type), Time: aws.Time(a.At), Detail: aws.String(string(body))})
	}
	out, err := b.client.PutEvents(ctx, in)
	if err != nil {
		return 0, err
	}
	for i, e := range out.Entries {
		if e.ErrorCode != nil {
			return i, fmt.Errorf("%s/%d: %s: %s", part[i].Chain, part[i].Sequence, *e.ErrorCode, aws.ToString(e.ErrorMessage))
		}
	}
	return len(part), nil
}

// detail returns the event's own JSON with its record as one more member, so that
// a subscriber sees the audit log's very bytes and hash.
func detail(a pipeline.AuditEntry) ([]byte, error) {
	record, err := json.Marshal(a.Record)
	if err != nil {
		return nil, err
	}
	own := bytes.TrimSuffix(bytes.TrimSpace(a.Detail), []byte("}"))
	if len(own) > 1 {
		own = append(bytes.Clone(own), ',')
	}
	return slices.Concat(own, []byte(`"record":`), record, []byte("}")), nil
}
