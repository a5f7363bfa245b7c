// Package conformance is what the tests share that hold the local engines against
// the reference implementations: the differences that stay, and how the outcome of a
// comparison is told.
package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// A Difference is one way in which an engine answers other than its reference, on purpose.
type Difference struct {
	What    string `json:"what"`            // how the engine answers, and how the reference does
	Because string `json:"because"`         // why that stays
	Cases   int    `json:"cases,omitempty"` // how many cases of the table show it, if cases do
}

// Listed returns the differences in the JSON file at path. An entry without its
// reason is an error.
func Listed(path string) ([]Difference, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []Difference
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, difference := range list {
		if difference.What == "" || difference.Because == "" {
			return nil, fmt.Errorf("%s: entry %d needs both what and because", path, i+1)
		}
	}
	return list, nil
}

// Report tells w, in one line, of a comparison that found no other differences than
// those that are listed: how many cases were compared with which version of what.
func Report(w io.Writer, engine, reference string, cases, listed int) error {
	_, err := fmt.Fprintf(w, "%s: %d cases, 0 differences beyond %d listed; reference %s\n", engine, cases, listed, reference)
	return err
}
