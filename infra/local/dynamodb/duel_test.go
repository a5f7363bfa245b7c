//go:build conformance

package dynamodb_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"
)

// A duel sends the same sequences to engines of ours and to the reference.
type duel struct {
	theirs peer
	tables []object
	met    map[string]bool  // the deviations that were met, by name
	left   map[string][]any // what the last sequence left in the reference's tables, as far as that is known
}

// A disagreement is a step that the two answered differently, beyond all deviations.
type disagreement struct {
	exchange
	diff string // from the amended answer of the reference to that of the engine
}

// kind is the same for disagreements that most likely have the same cause.
func (d *disagreement) kind() string {
	kind := d.Op
	for _, a := range []answer{d.ours, d.theirs} {
		kind += " " + a.Error + " " + a.Message[:min(len(a.Message), 40)]
	}
	return kind
}

// newDuel makes a duel with the reference's database of a caller, in which it
// makes the tables anew.
func newDuel(ctx context.Context, url, caller string, tables []object) (*duel, error) {
	d := &duel{referencePeer(url, caller), tables, map[string]bool{}, nil}
	for _, table := range tables {
		if _, err := d.theirs.do(ctx, step{"DeleteTable", object{"TableName": table["TableName"]}}); err != nil {
			return nil, err
		}
	}
	return d, d.theirs.createTables(ctx, tables)
}

// play sends a sequence to both, from empty tables on, and returns the first disagreement or nil.
func (d *duel) play(ctx context.Context, s sequence) (*disagreement, error) {
	d.left = map[string][]any{}
	ours := freshEngine()
	if err := ours.createTables(ctx, d.tables); err != nil {
		return nil, err
	}
	found, err := d.steps(ctx, ours, s)
	if err != nil {
		return nil, err
	}
	for _, table := range d.tables {
		if err := d.clear(ctx, table); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// steps sends the steps to both and, in the end, compares what the tables hold.
func (d *duel) steps(ctx context.Context, ours peer, s sequence) (*disagreement, error) {
	for _, next := range s {
		found, parted, err := d.step(ctx, ours, next)
		if found != nil || parted || err != nil {
			return found, err
		}
	}
	for _, table := range d.tables {
		found, _, err := d.step(ctx, ours, step{"Scan", object{"TableName": table["TableName"]}})
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// step sends one step to both; parted tells that a deviation may have made the tables differ.
func (d *duel) step(ctx context.Context, ours peer, s step) (found *disagreement, parted bool, err error) {
	e := exchange{step: s}
	if e.ours, err = ours.read(ctx, s); err != nil {
		return nil, false, fmt.Errorf("engine: %w", err)
	}
	if e.theirs, err = d.theirs.read(ctx, s); err != nil {
		return nil, false, fmt.Errorf("reference: %w", err)
	}
	d.remember(e)
	met := e.amend()
	if diff := cmp.Diff(e.theirs, e.ours); diff != "" {
		return &disagreement{e, diff}, false, nil
	}
	for _, deviation := range met {
		d.met[deviation.name] = true
		parted = parted || deviation.parts
	}
	return nil, parted, nil
}

// remember notes what a whole table holds where that is what was asked for last.
func (d *duel) remember(e exchange) {
	body, _ := e.theirs.Body.(object)
	items, _ := body["Items"].([]any)
	table, named := e.Request["TableName"].(string)
	if e.Op == "Scan" && named && len(e.Request) == 1 {
		d.left[table] = slices.Clone(items)
	} else if e.Op != "Query" {
		clear(d.left)
	}
}

// clear deletes all items of one of the reference's tables.
func (d *duel) clear(ctx context.Context, table object) error {
	name := table["TableName"].(string)
	items, known := d.left[name]
	var err error
	if !known {
		items, err = d.theirs.content(ctx, name)
	}
	for err == nil && len(items) > 0 {
		batch := items[:min(len(items), 25)]
		items = items[len(batch):]
		err = d.delete(ctx, table, batch)
	}
	return err
}

// delete deletes some items of one of the reference's tables.
func (d *duel) delete(ctx context.Context, table object, items []any) error {
	var deletes []any
	for _, it := range items {
		key := object{}
		for _, element := range table["KeySchema"].([]any) {
			name := element.(object)["AttributeName"].(string)
			key[name] = it.(object)[name]
		}
		deletes = append(deletes, object{"DeleteRequest": object{"Key": key}})
	}
	request := object{"RequestItems": object{table["TableName"].(string): deletes}}
	done, err := d.theirs.do(ctx, step{"BatchWriteItem", request})
	if err == nil && done.Error != "" {
		err = fmt.Errorf("clear %s: %s: %s", table["TableName"], done.Error, done.Message)
	}
	return err
}

// amend takes the deviations out of the reference's answer and returns those that it showed.
func (e *exchange) amend() []deviation {
	e.ours, e.theirs = unordered(e.ours), unordered(e.theirs)
	var met []deviation
	for _, d := range deviations() {
		if reflect.DeepEqual(e.ours, e.theirs) {
			break
		}
		if d.amend == nil {
			continue
		}
		before := e.theirs
		before.Body = clone(before.Body)
		d.amend(e)
		if !reflect.DeepEqual(before, e.theirs) {
			met = append(met, d)
		}
	}
	return met
}
