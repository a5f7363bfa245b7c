package dynamodb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway/infra/local/clock"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
)

// A history is an engine with a stream on each table, and what its tables must hold.
type history struct {
	peer
	engine *dynamodb.Engine
	tables []object
	folded map[string]map[string]any // by table and key: the items that the acknowledged writes leave
	tokens map[string]bool           // of the transactions that were made
}

func newHistory(t *testing.T) *history {
	engine := dynamodb.New(dynamodb.Config{Store: store.NewMemory(), Clock: clock.NewVirtual(start)})
	h := &history{enginePeer(engine), engine, sequenceTables(t), map[string]map[string]any{}, map[string]bool{}}
	for _, table := range h.tables {
		table["StreamSpecification"] = object{"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}
		h.folded[table["TableName"].(string)] = map[string]any{}
	}
	if err := h.createTables(t.Context(), h.tables); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestASeedAlwaysDrawsTheSameSequence(t *testing.T) {
	for seed := range uint64(20) {
		first, second := newGenerator(seed).drawSequence(), newGenerator(seed).drawSequence()
		if first.String() != second.String() {
			t.Errorf("seed %d draws\n%s and\n%s", seed, first, second)
		}
	}
}

// Whatever is asked of the engine, it never fails; its tables hold what its acknowledged
// writes left; its indexes hold the items that have their keys; and its streams tell of
// every change in order.
func TestRandomSequencesKeepTablesIndexesAndStreamsInStep(t *testing.T) {
	for seed := range uint64(300) {
		s := newGenerator(seed).drawSequence()
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			h := newHistory(t)
			for _, next := range s {
				if err := h.write(t.Context(), next); err != nil {
					t.Fatalf("%v after\n%s", err, s)
				}
			}
			for _, table := range h.tables {
				h.checkTable(t, table["TableName"].(string))
				h.checkIndexes(t, table)
			}
			if t.Failed() {
				t.Logf("after\n%s", s)
			}
		})
	}
}

// write sends one step and folds what it wrote, if anything.
func (h *history) write(ctx context.Context, s step) error {
	answered, err := h.read(ctx, s)
	if err != nil || answered.Error != "" {
		if answered.Status >= 500 {
			err = fmt.Errorf("%s: status %d: %s", sequence{s}, answered.Status, answered.Message)
		}
		return err
	}
	token, _ := s.Request["ClientRequestToken"].(string)
	if h.tokens[token] {
		return nil // a repetition writes nothing
	}
	if token != "" {
		h.tokens[token] = true
	}
	return h.fold(ctx, s)
}

// fold takes the writes of a step into account: a put as it was asked for, an update as a read shows it.
func (h *history) fold(ctx context.Context, s step) error {
	switch s.Op {
	case "PutItem", "DeleteItem", "UpdateItem":
		return h.foldWrite(ctx, s.Op, s.Request)
	case "BatchWriteItem":
		for table, requests := range s.Request["RequestItems"].(object) {
			for _, request := range objectsIn(requests) {
				for _, verb := range []string{"Put", "Delete"} {
					if write, is := request[verb+"Request"].(object); is {
						h.foldItem(table, verb+"Item", write)
					}
				}
			}
		}
	case "TransactWriteItems":
		for _, action := range s.Request["TransactItems"].([]any) {
			for verb, write := range action.(object) {
				if err := h.foldWrite(ctx, verb+"Item", write.(object)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (h *history) foldWrite(ctx context.Context, operation string, write object) error {
	table := write["TableName"].(string)
	if operation != "UpdateItem" {
		h.foldItem(table, operation, write)
		return nil
	}
	found, err := h.do(ctx, step{"GetItem", object{"TableName": table, "Key": write["Key"]}})
	if err != nil {
		return err
	}
	h.folded[table][h.keyOf(table, write["Key"])] = found.Body.(object)["Item"]
	return nil
}

func (h *history) foldItem(table, operation string, write object) {
	switch operation {
	case "PutItem":
		h.folded[table][h.keyOf(table, write["Item"])] = normal(write["Item"])
	case "DeleteItem":
		delete(h.folded[table], h.keyOf(table, write["Key"]))
	}
}

// normal writes an item as the engine does: with plain numbers and sets in order.
func normal(it any) any {
	it = clone(it)
	eachNumber(it, plainNumber)
	return sortSets(it)
}

// keyOf is the primary key of an item as text.
func (h *history) keyOf(table string, it any) string {
	key := object{}
	for _, t := range h.tables {
		if t["TableName"] == table {
			for _, name := range keyNames(t) {
				key[name] = it.(object)[name]
			}
		}
	}
	return fmt.Sprint(normal(key))
}

// keyNames are the names of the key attributes of a table or an index.
func keyNames(schema object) []string {
	var names []string
	for _, element := range schema["KeySchema"].([]any) {
		names = append(names, element.(object)["AttributeName"].(string))
	}
	return names
}

// checkTable holds a table to the fold of the writes and to the replay of its stream.
func (h *history) checkTable(t *testing.T, table string) {
	t.Helper()
	content, err := h.content(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sortedJSON(slices.Collect(maps.Values(h.folded[table]))), content, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: (-acknowledged +content)\n%s", table, diff)
	}
	if diff := cmp.Diff(h.replay(t, table), content, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: (-stream +content)\n%s", table, diff)
	}
}

// replay returns what the records of a table's stream leave, and holds each to the one before.
func (h *history) replay(t *testing.T, table string) []any {
	t.Helper()
	records, err := h.engine.Records(table, "", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]any{}
	for _, record := range records {
		var told struct {
			EventName string
			DynamoDB  struct{ Keys, OldImage, NewImage object }
		}
		if err := json.Unmarshal(record.JSON, &told); err != nil {
			t.Fatal(err)
		}
		key := h.keyOf(table, told.DynamoDB.Keys)
		before, _ := items[key].(object)
		if diff := cmp.Diff(normal(before), normal(told.DynamoDB.OldImage), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: record %s: (-image before +old image)\n%s", table, record.SequenceNumber, diff)
		}
		if wanted := eventName(before, told.DynamoDB.NewImage); told.EventName != wanted {
			t.Errorf("%s: record %s is %s, want %s", table, record.SequenceNumber, told.EventName, wanted)
		}
		delete(items, key)
		if told.DynamoDB.NewImage != nil {
			items[key] = normal(told.DynamoDB.NewImage)
		}
	}
	return sortedJSON(slices.Collect(maps.Values(items)))
}

func eventName(before, after object) string {
	switch {
	case before == nil:
		return "INSERT"
	case after == nil:
		return "REMOVE"
	}
	return "MODIFY"
}

// checkIndexes holds the keys in each index to those of the items that have all of its key.
func (h *history) checkIndexes(t *testing.T, table object) {
	t.Helper()
	name := table["TableName"].(string)
	for _, index := range table["GlobalSecondaryIndexes"].([]any) {
		index := index.(object)
		found, err := h.read(t.Context(), step{"Scan", object{"TableName": name, "IndexName": index["IndexName"]}})
		if err != nil || found.Error != "" {
			t.Fatalf("scan %s: %v %v", index["IndexName"], found, err)
		}
		var want, got []string
		for key, it := range h.folded[name] {
			if !slices.ContainsFunc(keyNames(index), func(name string) bool { return it.(object)[name] == nil }) {
				want = append(want, key)
			}
		}
		for _, it := range found.Body.(object)["Items"].([]any) {
			got = append(got, h.keyOf(name, it))
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s of %s: (-items +index)\n%s", index["IndexName"], name, diff)
		}
	}
}
