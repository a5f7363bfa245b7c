//go:build conformance

package eventbridge_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"slipway/shared/pattern"
)

// A pair is a pattern and an event.
type pair struct {
	Pattern string `json:"pattern"`
	Event   string `json:"event"`
}

// A tableFile is what a file of the table in shared/pattern holds, without what is to
// come of its cases.
type tableFile struct {
	Event json.RawMessage `json:"event"` // of the cases that have none of their own
	Cases []struct {
		Pattern json.RawMessage   `json:"pattern"`
		Match   *bool             `json:"match"`
		Matches []json.RawMessage `json:"matches"`
		Misses  []json.RawMessage `json:"misses"`
		Refused string            `json:"refused"`
	} `json:"cases"`
}

// table returns the pairs of the table that shared/pattern is tested by.
func table(t *testing.T) []pair {
	t.Helper()
	paths, err := filepath.Glob("../../../shared/pattern/testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files of the table: %v", len(paths), err)
	}
	var all []pair
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file tableFile
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, file.pairs()...)
	}
	return all
}

func (f tableFile) pairs() []pair {
	var all []pair
	for _, c := range f.Cases {
		var asked []json.RawMessage
		if c.Match != nil {
			asked = append(asked, f.Event)
		}
		asked = append(append(asked, c.Matches...), c.Misses...)
		if c.Refused != "" {
			asked = append(asked, json.RawMessage("{}"))
		}
		for _, event := range asked {
			all = append(all, pair{string(c.Pattern), string(event)})
		}
	}
	return all
}

// answer returns what the engine says of a pair, and why it refuses one.
func answer(p pair) (said, why string) {
	parsed, err := pattern.Parse([]byte(p.Pattern))
	switch {
	case err != nil:
		return "refused", err.Error()
	case parsed.Match([]byte(p.Event)):
		return "match", ""
	}
	return "miss", ""
}
