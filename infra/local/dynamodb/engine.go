// Package dynamodb is DynamoDB on one machine: tables with global secondary
// indexes, streams and expiry, over the wire protocol of the AWS SDKs.
package dynamodb

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// Config is what an engine depends on.
type Config struct {
	Store   store.Store
	Clock   clock.Clock
	Account string // of the ARNs; "" for 000000000000
	Region  string // of the ARNs; "" for us-east-1
	// Failed is told when work in the background can't read or write the store;
	// the work is tried again a minute later. When Failed is nil, it panics.
	Failed func(error)
}

// An Engine serves tables. All its methods may be called at the same time.
type Engine struct {
	store    store.Store
	clock    clock.Clock
	account  string
	region   string
	failed   func(error)
	requests atomic.Uint64 // answered so far
	api      awsjson.Service

	mu        sync.Mutex
	listeners []func(table string)
	wakes     map[string]wake // the next expiry of each table
}

// New returns an engine on what c.Store holds; call Resume once all tables are created.
func New(c Config) *Engine {
	e := &Engine{store: c.Store, clock: c.Clock, account: c.Account, region: c.Region, failed: c.Failed,
		wakes: map[string]wake{}}
	e.api = e.service()
	if e.account == "" {
		e.account = "000000000000"
	}
	if e.region == "" {
		e.region = "us-east-1"
	}
	if e.failed == nil {
		e.failed = func(err error) { panic(err) }
	}
	return e
}

// The names of the store tables that the engine keeps its state in.
const (
	tablesTable    = "dynamodb/tables"    // by name
	sequencesTable = "dynamodb/sequences" // the last sequence number of each stream
	tokensTable    = "dynamodb/tokens"    // of transactions, by token
	tokenAgesTable = "dynamodb/tokenages" // their tokens, by time of expiry
)

func itemsTable(table string) string        { return "dynamodb/items/" + table }
func indexTable(table, index string) string { return "dynamodb/index/" + table + "/" + index }
func streamTable(table string) string       { return "dynamodb/stream/" + table }
func expiryTable(table string) string       { return "dynamodb/expiry/" + table }

// A table is a table as the store keeps it.
type table struct {
	TableSpec
	Created time.Time
}

// CreateTable creates a table, or, where there is one of that name, checks that
// it was created from the same spec; the error names what differs.
func (e *Engine) CreateTable(spec TableSpec) error {
	_, err := e.createTable(spec, func(existing table) error {
		if difference := existing.difference(spec); difference != "" {
			return fmt.Errorf("create table %s: it exists with another spec: %s; use another data folder or the spec that it has",
				spec.Name, difference)
		}
		return nil
	})
	return err
}

// createTable creates a table unless one of that name exists; then it is exists that decides.
func (e *Engine) createTable(spec TableSpec, exists func(table) error) (table, error) {
	created := table{spec, e.clock.Now().Truncate(time.Millisecond)}
	if err := spec.check(); err != nil {
		return created, err
	}
	err := e.store.Update(func(tx store.Tx) error {
		existing, err := findTable(tx, spec.Name)
		if err != nil {
			return err
		}
		if existing != nil {
			created = *existing
			return exists(created)
		}
		return store.PutJSON(tx, tablesTable, []byte(spec.Name), created)
	})
	return created, err
}

// findTable returns the table of that name, or nil.
func findTable(tx store.Tx, name string) (*table, error) {
	return store.GetJSON[table](tx, tablesTable, []byte(name))
}

// mustFindTable returns the table of that name, or the error that there is none.
func mustFindTable(tx store.Tx, name string) (*table, error) {
	found, err := findTable(tx, name)
	if err == nil && found == nil {
		return nil, noSuchTable()
	}
	return found, err
}

// getItem reads the item that a table of items keeps under key, or nil.
func getItem(tx store.Tx, from string, key []byte) (item, error) {
	raw := tx.Get(from, key)
	if raw == nil {
		return nil, nil
	}
	return decodeItem(from, raw)
}

func decodeItem(from string, raw []byte) (item, error) {
	stored, err := decodeDocument(raw, 1)
	if err != nil {
		// Not %w: a store that can't be read is no fault of the request.
		return nil, fmt.Errorf("read store table %s: %v", from, err)
	}
	return stored, nil
}

func putItem(tx store.Tx, to string, key []byte, it item) { tx.Put(to, key, appendDocument(nil, it)) }
