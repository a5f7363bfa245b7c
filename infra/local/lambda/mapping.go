package lambda

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"slipway/infra/local/clock"
	"slipway/shared/pattern"
)

// The limits of a mapping, per the CreateEventSourceMapping reference.
const (
	defaultBatchSize   = 100
	maxBatchSize       = 10_000
	maxStreamRetries   = 10_000
	minRecordAge       = time.Minute
	maxRecordAge       = 7 * 24 * time.Hour
	unlimitedRetries   = -1
	firstStreamBackoff = time.Second // doubled with each further failure
	maxStreamBackoff   = time.Minute
)

// Where a new mapping starts in its stream.
const (
	TrimHorizon = "TRIM_HORIZON" // with the oldest record
	Latest      = "LATEST"       // with the first record after the mapping was made
)

// A Record is one record of a table's stream.
type Record struct {
	SequenceNumber string
	JSON           json.RawMessage // as a function gets it in "Records"
}

// A Source reads the streams of tables.
type Source interface {
	// Records returns up to limit records of table's stream after the one with the
	// given sequence number (empty: from the oldest), in order.
	Records(table, after string, limit int) ([]Record, error)
}

// A StreamMapping feeds the stream of a table to a function, in order: while a
// batch is being retried, nothing behind it is delivered.
type StreamMapping struct {
	ID        string // the place in the stream is kept under it
	Function  string // name or ARN
	Source    Source
	Table     string
	StreamARN string
	// StartingPosition is TrimHorizon or Latest; it counts only when the mapping is made for the first time.
	StartingPosition string
	// BatchSize is the most records of one invocation, up to 10,000; zero means 100.
	BatchSize int
	// Filters are patterns, of which a record must match one to be delivered; none lets all records through.
	Filters []json.RawMessage
	// ReportBatchItemFailures takes the answer of the function for a list of the
	// records that failed, {"batchItemFailures": [{"itemIdentifier": …}]}.
	ReportBatchItemFailures bool
	// BisectBatchOnFunctionError splits a failed batch in two, which costs no retry attempt.
	BisectBatchOnFunctionError bool
	// MaximumRetryAttempts discards a batch after as many retries; nil and -1 mean never.
	MaximumRetryAttempts *int
	// MaximumRecordAge discards older records, one minute to 7 days; zero means none.
	MaximumRecordAge time.Duration
	// OnFailure is the ARN of the queue that gets a record of each discarded batch; empty for none.
	OnFailure string
}

// A mapping is a StreamMapping at work.
type mapping struct {
	StreamMapping
	engine   *Engine
	function *function
	patterns []pattern.Pattern
	retries  int

	mu    sync.Mutex
	busy  bool // a step is under way or on the clock
	again bool // records came since the step began
}

// MapStream makes a mapping; after the first time it goes on where it was. It
// begins to work at [Engine.Resume].
func (e *Engine) MapStream(spec StreamMapping) error {
	m := &mapping{StreamMapping: spec, engine: e, retries: unlimitedRetries}
	if err := m.complete(); err != nil {
		return err
	}
	f, err := e.function(spec.Function)
	if err != nil {
		return fmt.Errorf("mapping %s: %w", spec.ID, err)
	}
	m.function = f
	if err := m.start(); err != nil {
		return fmt.Errorf("mapping %s: %w", spec.ID, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mappings = append(slices.Clip(e.mappings), m)
	return nil
}

// complete fills in the defaults of m and returns what is wrong with it.
func (m *mapping) complete() error {
	if m.BatchSize == 0 {
		m.BatchSize = defaultBatchSize
	}
	if m.MaximumRetryAttempts != nil {
		m.retries = *m.MaximumRetryAttempts
	}
	switch {
	case m.ID == "" || m.Table == "" || m.Source == nil:
		return fmt.Errorf("mapping %q of table %q: it needs an id, a table and a source", m.ID, m.Table)
	case m.StartingPosition != TrimHorizon && m.StartingPosition != Latest:
		return fmt.Errorf("mapping %s: starting position %q must be %s or %s", m.ID, m.StartingPosition, TrimHorizon, Latest)
	case m.BatchSize < 1 || m.BatchSize > maxBatchSize:
		return fmt.Errorf("mapping %s: batch size %d must be between 1 and %d", m.ID, m.BatchSize, maxBatchSize)
	case m.retries < unlimitedRetries || m.retries > maxStreamRetries:
		return fmt.Errorf("mapping %s: maximum retry attempts %d must be between -1 and %d", m.ID, m.retries, maxStreamRetries)
	case m.MaximumRecordAge != 0 && (m.MaximumRecordAge < minRecordAge || m.MaximumRecordAge > maxRecordAge):
		return fmt.Errorf("mapping %s: maximum record age %v must be between %v and %v", m.ID, m.MaximumRecordAge, minRecordAge, maxRecordAge)
	}
	for i, filter := range m.Filters {
		p, err := pattern.Parse(filter)
		if err != nil {
			return fmt.Errorf("mapping %s: filter %d: %w", m.ID, i, err)
		}
		m.patterns = append(m.patterns, p)
	}
	if err := checkQueue(m.OnFailure); err != nil {
		return fmt.Errorf("mapping %s: %w", m.ID, err)
	}
	return nil
}

// RecordsArrived tells the mappings of table that its stream has new records.
// It may be called too often and at any time outside of a transaction.
func (e *Engine) RecordsArrived(table string) {
	for _, m := range e.allMappings() {
		if m.Table == table {
			m.wake()
		}
	}
}

// wake makes m look for records soon.
func (m *mapping) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy {
		m.again = true
		return
	}
	m.busy = true
	clock.Go(m.engine.Clock, m.work)
}

func (m *mapping) atWork() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.busy
}

// work delivers one batch and puts the next step on the clock.
func (m *mapping) work() {
	m.mu.Lock()
	m.again = false
	m.mu.Unlock()
	next, err := m.step()
	m.mu.Lock()
	switch {
	case err == nil && !next.IsZero():
		m.engine.Clock.At(next, m.work)
	case err == nil && m.again:
		clock.Go(m.engine.Clock, m.work)
	default:
		m.busy = false
	}
	m.mu.Unlock()
	if err != nil {
		m.engine.report(fmt.Errorf("mapping %s: %w", m.ID, err))
	}
}
