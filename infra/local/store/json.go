package store

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// GetJSON returns the record that [PutJSON] wrote under key, or nil when there is none.
func GetJSON[T any](tx Tx, table string, key []byte) (*T, error) {
	value := tx.Get(table, key)
	if value == nil {
		return nil, nil
	}
	return ParseJSON[T](table, value)
}

// ParseJSON returns the record that [PutJSON] made value of.
func ParseJSON[T any](table string, value []byte) (*T, error) {
	record := new(T)
	if err := json.Unmarshal(value, record); err != nil {
		return nil, fmt.Errorf("read record of %s: %w", table, err)
	}
	return record, nil
}

// PutJSON sets key in table to record. It has no escapes that only HTML needs, so
// that a [json.RawMessage] in it keeps its bytes, but for the space between its parts.
func PutJSON(tx Tx, table string, key []byte, record any) error {
	var value bytes.Buffer
	encoder := json.NewEncoder(&value)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(record); err != nil {
		return fmt.Errorf("write record of %s: %w", table, err)
	}
	tx.Put(table, key, bytes.TrimSuffix(value.Bytes(), []byte("\n")))
	return nil
}
