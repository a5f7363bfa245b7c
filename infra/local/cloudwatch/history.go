package cloudwatch

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// The types of history items.
const (
	configurationUpdate = "ConfigurationUpdate"
	stateUpdate         = "StateUpdate"
	action              = "Action"
)

// retention is how long history is kept, per "Alarms" in the CloudWatch user guide.
const retention = 30 * 24 * time.Hour

// A historyItem tells of something that happened to an alarm.
type historyItem struct {
	Time    time.Time
	Type    string
	Summary string
	Data    string // JSON
}

// historyOf is what the keys of an alarm's history begin with; no name has a zero byte.
func historyOf(name string) []byte { return append([]byte(name), 0) }

// note adds an item to an alarm's history and forgets those that are too old.
func (e *Engine) note(tx store.Tx, name, kind, summary string, data map[string]any) error {
	text, err := awsjson.Encode(data)
	if err != nil {
		return fmt.Errorf("note %s of alarm %s: %w", kind, name, err)
	}
	now := e.Clock.Now()
	if err := forget(tx, name, now.Add(-retention)); err != nil {
		return err
	}
	key := append(historyOf(name), store.SequenceKey(store.NextSequence(tx, sequenceTable, sequenceKey))...)
	return store.PutJSON(tx, historyTable, key, historyItem{now, kind, summary, string(text)})
}

// forget removes what happened to an alarm before the given time.
func forget(tx store.Tx, name string, before time.Time) error {
	var old [][]byte
	for key, value := range tx.Scan(historyTable, historyOf(name)) {
		if !bytes.HasPrefix(key, historyOf(name)) {
			break
		}
		item, err := store.ParseJSON[historyItem](historyTable, value)
		if err != nil {
			return err
		}
		if !item.Time.Before(before) {
			break
		}
		old = append(old, slices.Clone(key))
	}
	for _, key := range old {
		tx.Delete(historyTable, key)
	}
	return nil
}
