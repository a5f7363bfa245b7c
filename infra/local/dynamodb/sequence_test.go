package dynamodb_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
)

// A step is one request of a sequence.
type step struct {
	Op      string `json:"op"`
	Request object `json:"request"`
}

// A sequence is requests that are sent one after the other, to tables that were empty.
type sequence []step

// String writes the steps as the setup and the cases of testdata/cases are written.
func (s sequence) String() string {
	text := ""
	for _, one := range s {
		line, err := json.Marshal(one)
		if err != nil { // requests are made of what JSON has
			panic(err)
		}
		text += string(line) + "\n"
	}
	return text
}

// sequenceTables reads the tables that the requests of the generator are about.
func sequenceTables(t testing.TB) []object {
	t.Helper()
	raw, err := os.ReadFile("testdata/sequences.json")
	if err != nil {
		t.Fatal(err)
	}
	var tables []object
	if err := json.Unmarshal(raw, &tables); err != nil {
		t.Fatalf("testdata/sequences.json: %v", err)
	}
	return tables
}

func (p peer) createTables(ctx context.Context, tables []object) error {
	for _, table := range tables {
		made, err := p.do(ctx, step{"CreateTable", table})
		if err == nil && made.Error != "" {
			err = fmt.Errorf("CreateTable: %s: %s", made.Error, made.Message)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// do sends one step.
func (p peer) do(ctx context.Context, s step) (answer, error) {
	body, err := json.Marshal(s.Request)
	if err != nil {
		return answer{}, err
	}
	return p.send(ctx, s.Op, body)
}

// maxPages is how many pages of a Query or Scan are read; no sequence makes as many items.
const maxPages = 100

// read sends one step and, where it is a Query or Scan, reads all pages, and makes
// one answer of them: all Items, their Count, and what else the Pages told.
func (p peer) read(ctx context.Context, s step) (answer, error) {
	first, err := p.do(ctx, s)
	if err != nil || s.Op != "Query" && s.Op != "Scan" || first.Error != "" {
		return first, err
	}
	items, count, pages := []any{}, 0.0, []any{}
	for next, page := (step{s.Op, maps.Clone(s.Request)}), first; ; {
		body := page.Body.(object)
		found, _ := body["Items"].([]any)
		items, count, pages = append(items, found...), count+body["Count"].(float64), append(pages, body)
		delete(body, "Items")
		last := body["LastEvaluatedKey"]
		if last == nil {
			break
		}
		next.Request["ExclusiveStartKey"] = last
		if page, err = p.do(ctx, next); err != nil || page.Error != "" {
			return page, err
		}
		if len(pages) == maxPages {
			return page, fmt.Errorf("%s does not end after %d pages", sequence{s}, maxPages)
		}
	}
	first.Body = object{"Items": items, "Count": count, "Pages": pages}
	return first, nil
}

// clone copies a JSON value, with its lists as lists of any, as they are when they are read.
func clone(v any) any {
	switch v := v.(type) {
	case object:
		copied := make(object, len(v))
		for name, member := range v {
			copied[name] = clone(member)
		}
		return copied
	case []any:
		return cloneList(v)
	case []object:
		return cloneList(v)
	}
	return v
}

func cloneList[T any](list []T) []any {
	copied := make([]any, len(list))
	for i, element := range list {
		copied[i] = clone(element)
	}
	return copied
}

// content scans a table and returns its items in an order of their own.
func (p peer) content(ctx context.Context, table string) ([]any, error) {
	found, err := p.read(ctx, step{"Scan", object{"TableName": table}})
	if err != nil {
		return nil, err
	}
	if found.Error != "" {
		return nil, fmt.Errorf("scan %s: %s: %s", table, found.Error, found.Message)
	}
	items := found.Body.(object)["Items"].([]any)
	slices.SortFunc(items, compareJSON)
	return items, nil
}

// compareJSON orders JSON values by how they are written.
func compareJSON(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
