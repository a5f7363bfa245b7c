package lambda

import (
	"fmt"
	"slices"
	"time"

	"slipway/infra/local/store"
)

// A place is how far a mapping is in its stream.
type place struct {
	// Checkpoint is the sequence number of the last record that was dealt with; empty before the first.
	Checkpoint string
	// Ends are the last sequence numbers of batches that were cut off by a failure
	// or by splitting, the one under way last.
	Ends     []string  `json:",omitempty"`
	Failures int       // of the batch under way
	Due      time.Time // the next attempt
}

// start stores the place of a mapping that has none yet.
func (m *mapping) start() error {
	if _, found, err := m.load(); err != nil || found {
		return err
	}
	var p place
	if m.StartingPosition == Latest {
		var err error
		if p.Checkpoint, err = m.last(); err != nil {
			return err
		}
	}
	return m.save(p)
}

// last returns the sequence number of the newest record, or "" when there is none.
func (m *mapping) last() (string, error) {
	last := ""
	for {
		records, err := m.Source.Records(m.Table, last, maxBatchSize)
		if err != nil {
			return "", fmt.Errorf("read the stream of %s: %w", m.Table, err)
		}
		if len(records) == 0 {
			return last, nil
		}
		last = records[len(records)-1].SequenceNumber
	}
}

// load returns the place of m; found is false before its first start.
func (m *mapping) load() (p place, found bool, err error) {
	err = m.engine.Store.View(func(tx store.Tx) error {
		stored, err := store.GetJSON[place](tx, placesTable, []byte(m.ID))
		if stored != nil {
			p, found = *stored, true
		}
		return err
	})
	return p, found, err
}

func (m *mapping) save(p place) error {
	return m.engine.Store.Update(func(tx store.Tx) error { return store.PutJSON(tx, placesTable, []byte(m.ID), p) })
}

// within returns p with a batch under way that ends at end.
func (p place) within(end string) place {
	if len(p.Ends) == 0 || p.Ends[len(p.Ends)-1] != end {
		p.Ends = append(slices.Clip(p.Ends), end)
	}
	return p
}

// after returns the place behind the record with the given sequence number.
func (p place) after(sequenceNumber string) place {
	ends := p.Ends
	for len(ends) > 0 && ends[len(ends)-1] == sequenceNumber {
		ends = ends[:len(ends)-1]
	}
	return place{Checkpoint: sequenceNumber, Ends: ends}
}
