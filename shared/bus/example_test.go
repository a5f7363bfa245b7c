package bus_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

var update = flag.Bool("update", false, "write the examples of the events anew")

// TestTheExamplesAreWhatIsPublished seals the event of each example with the
// record's place, time and author, publishes it, and wants the example back: its
// hashes are right, and its fields are in the order in which they are sent.
func TestTheExamplesAreWhatIsPublished(t *testing.T) {
	for _, e := range events.All() {
		file := filepath.Join("..", "..", "events", "examples", e.Type()+".json")
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := published(t, file, want, e)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what is published; renew it with -update:\n%s", file, got)
		}
	}
}

// published returns what is put on the bus for an example, indented.
func published(t *testing.T, file string, example []byte, of events.Event) []byte {
	t.Helper()
	detail := reflect.New(reflect.TypeOf(of))
	var with struct{ Record events.Record }
	for _, into := range []any{detail.Interface(), &with} {
		if err := json.Unmarshal(example, into); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	r := with.Record
	previous := events.Record{Sequence: r.Sequence - 1, Hash: r.Previous}
	a, err := pipeline.Seal(pipeline.Chain(r.Chain), previous, detail.Elem().Interface().(events.Event), r.By, r.At)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t}
	if _, err := s.bus().Publish(context.Background(), []pipeline.AuditEntry{a}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(s.calls[0][0].Detail), "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), '\n')
}
