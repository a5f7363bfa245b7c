package pattern_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/shared/pattern"
)

// A pair is a pattern and an event.
type pair struct {
	Pattern string `json:"pattern"`
	Event   string `json:"event"`
}

// A tableCase is a pair with what must come of it: "match", "miss", or "refused" with
// an error that says why.
type tableCase struct {
	pair
	name, want, says string
}

// A tableFile is what a file in testdata holds.
type tableFile struct {
	// Event is what the cases with Match ask about.
	Event json.RawMessage `json:"event,omitempty"`
	Cases []struct {
		Claim   string            `json:"claim"`
		Pattern json.RawMessage   `json:"pattern"`
		Match   *bool             `json:"match,omitempty"`
		Matches []json.RawMessage `json:"matches,omitempty"`
		Misses  []json.RawMessage `json:"misses,omitempty"`
		// Refused is a part of the error of a pattern that isn't one.
		Refused string `json:"refused,omitempty"`
	} `json:"cases"`
}

// table returns the cases of testdata.
func table(t testing.TB) []tableCase {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []tableCase
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file tableFile
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, file.cases(strings.TrimSuffix(filepath.Base(path), ".json"))...)
	}
	return all
}

func (f tableFile) cases(file string) []tableCase {
	var all []tableCase
	for _, c := range f.Cases {
		add := func(event json.RawMessage, want string) {
			all = append(all, tableCase{pair{string(c.Pattern), string(event)}, file + "/" + c.Claim, want, c.Refused})
		}
		if c.Match != nil {
			add(f.Event, map[bool]string{true: "match", false: "miss"}[*c.Match])
		}
		for _, event := range c.Matches {
			add(event, "match")
		}
		for _, event := range c.Misses {
			add(event, "miss")
		}
		if c.Refused != "" {
			add(json.RawMessage("{}"), "refused")
		}
	}
	return all
}

// answer returns what the package says of a pair, and why it refuses one.
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

func TestPatternsMatchAsTheTableSays(t *testing.T) {
	const least = 300
	cases := table(t)
	if len(cases) < least {
		t.Errorf("the table has %d cases, want %d", len(cases), least)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if said, why := answer(c.pair); said != c.want || !strings.Contains(why, c.says) {
				t.Errorf("%s with %s: %s %s, want %s %s", c.Pattern, c.Event, said, why, c.want, c.says)
			}
		})
	}
}
