package timeline_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/cmd/slipway/timeline"
	"slipway/events"
	"slipway/infra/local/eventbridge"
)

var update = flag.Bool("update", false, "write the golden files")

const examples = "../../../events/examples/"

// printed returns what a timeline prints of an example, without the time.
func printed(t *testing.T, file string) string {
	t.Helper()
	detail, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "_")
	var out strings.Builder
	timeline.New(&out).Observe("Slipway", eventbridge.Event{Source: events.Source, DetailType: kind, Detail: detail, Time: time.Unix(0, 0)})
	_, line, _ := strings.Cut(out.String(), "  ")
	return line
}

func TestEveryExampleOfAnEventIsTold(t *testing.T) {
	files, err := filepath.Glob(examples + "*.json")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, file := range files {
		got.WriteString(printed(t, file))
	}
	const golden = "testdata/lines.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant, unless -update is given,\n%s", &got, want)
	}
}

func TestEveryEventHasWords(t *testing.T) {
	for _, e := range events.All() {
		if line := timeline.Line(e.Type(), []byte("{}")); line == strings.TrimSuffix(e.Type(), ".v1") {
			t.Errorf("%s is told as %q: give it words in timeline.go", e.Type(), line)
		}
	}
}

func TestWhatCannotBeToldIsNamed(t *testing.T) {
	lines := []string{timeline.Line("moon.landed.v1", nil), timeline.Line("step.started.v1", []byte("[]"))}
	if lines[0] != "moon.landed" || !strings.HasPrefix(lines[1], "step.started: json: cannot unmarshal") {
		t.Errorf("got %q", lines)
	}
}

func TestOthersEventsAreNotTold(t *testing.T) {
	var out strings.Builder
	timeline.New(&out).Observe("default", eventbridge.Event{Source: "aws.codebuild", DetailType: "step.started.v1"})
	if out.Len() > 0 {
		t.Errorf("printed %q", &out)
	}
}

func TestMailIsIndented(t *testing.T) {
	var out strings.Builder
	timeline.New(&out).Mail("topic", "ann@example.com", "subject", "one\ntwo")
	if want := "mail to ann@example.com: subject\n          one\n          two\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func FuzzLine(f *testing.F) {
	files, err := filepath.Glob(examples + "*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no examples: %v", err)
	}
	for _, file := range slices.Sorted(slices.Values(files)) {
		detail, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Base(file), detail)
	}
	f.Fuzz(func(t *testing.T, kind string, detail []byte) {
		for _, e := range events.All() {
			if timeline.Line(e.Type(), detail) == "" {
				t.Errorf("%s of %q is told by nothing", e.Type(), detail)
			}
		}
		_ = timeline.Line(kind, detail)
	})
}
