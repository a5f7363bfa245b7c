package stepfunctions

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// An Object is an S3 object as ListObjectsV2 lists it.
type Object struct {
	Key          string
	ETag         string // with its quotes
	Size         int64
	LastModified time.Time
}

// readItems reads the items of a Map Run, outside of any transaction.
func (e *Engine) readItems(ctx context.Context, m *mapRun, reader *itemReader) ([]json.RawMessage, error) {
	if reader.list {
		objects, err := e.ListObjects(ctx, m.Read.Bucket, m.Read.Prefix)
		if err != nil {
			return nil, err
		}
		var items []json.RawMessage
		for _, o := range objects[:m.limit(len(objects))] {
			items = append(items, o.item())
		}
		return items, nil
	}
	body, err := e.ReadObject(ctx, m.Read.Bucket, m.Read.Key, m.Read.VersionId)
	if err != nil {
		return nil, err
	}
	items, err := reader.parse(body)
	return items[:m.limit(len(items))], err
}

// limit is how many of n items m takes.
func (m *mapRun) limit(n int) int {
	if m.Limit > 0 {
		return min(n, m.Limit)
	}
	return n
}

// item is o as an item, per "ItemReader (Map)" in the Developer Guide.
func (o Object) item() json.RawMessage {
	return marshal(struct {
		Etag, Key    string
		LastModified int64
		Size         int64
		StorageClass string
	}{o.ETag, o.Key, o.LastModified.Unix(), o.Size, "STANDARD"})
}

// parse returns the items in an object.
func (reader *itemReader) parse(body []byte) ([]json.RawMessage, error) {
	switch reader.inputType {
	case "CSV":
		return reader.parseCSV(body)
	case "JSONL":
		return parseLines(body)
	}
	return parseArray(body, reader.pointer)
}

func parseLines(body []byte) ([]json.RawMessage, error) {
	var items []json.RawMessage
	for i, line := range bytes.Split(body, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if !json.Valid(line) {
			return nil, fmt.Errorf("line %d of the dataset is not JSON: %s", i+1, excerpt(line))
		}
		items = append(items, compact(string(line)))
	}
	return items, nil
}

// parseArray returns the elements of the array that a JSON Pointer (RFC 6901) names, the whole text for "".
func parseArray(body []byte, pointer string) ([]json.RawMessage, error) {
	value := json.RawMessage(body)
	if pointer != "" {
		if !strings.HasPrefix(pointer, "/") {
			return nil, fmt.Errorf("ItemsPointer %q must start with a slash", pointer)
		}
		for _, token := range strings.Split(pointer[1:], "/") {
			name := strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
			var err error
			if value, err = child(value, name); err != nil {
				return nil, fmt.Errorf("ItemsPointer %q: %w", pointer, err)
			}
		}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(value, &items); err != nil || items == nil {
		return nil, errors.New("the dataset is not a JSON array: " + excerpt(value))
	}
	for i := range items {
		items[i] = compact(string(items[i]))
	}
	return items, nil
}

// child returns the member or element of value with a name.
func child(value json.RawMessage, name string) (json.RawMessage, error) {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil {
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(list) {
			return list[i], nil
		}
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) == nil && object[name] != nil {
		return object[name], nil
	}
	return nil, fmt.Errorf("there is no %q in %s", name, excerpt(value))
}

// parseCSV returns an object of strings for each row. Values without a header are
// left out and headers without a value are empty.
func (reader *itemReader) parseCSV(body []byte) ([]json.RawMessage, error) {
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	rows.Comma, rows.FieldsPerRecord = reader.delimiter, -1
	headers := reader.headers
	var items []json.RawMessage
	for {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return items, nil
		case err != nil:
			return nil, fmt.Errorf("read the dataset as CSV: %w", err)
		case headers == nil:
			headers = row
		default:
			items = append(items, csvItem(headers, row))
		}
	}
}

func csvItem(headers, row []string) json.RawMessage {
	text := []byte{'{'}
	for i, header := range headers {
		if i > 0 {
			text = append(text, ',')
		}
		value := ""
		if i < len(row) {
			value = row[i]
		}
		text = append(append(append(text, quote(header)...), ':'), quote(value)...)
	}
	return append(text, '}')
}
