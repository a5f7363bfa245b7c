package dynamodb_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/conformance"
)

var update = flag.Bool("update", false, "write testdata/differences.json anew")

// TestDifferencesListWhatTheCasesShow holds testdata/differences.json to the deviations
// and to how many cases show each of them.
func TestDifferencesListWhatTheCasesShow(t *testing.T) {
	shown := map[string]int{}
	for _, file := range caseFiles(t) {
		for _, c := range file.Cases {
			if (c.Local == nil) != (c.Difference == "") {
				t.Errorf("%s: %s: it must have both of local and difference, or neither", file.name, c.Name)
			}
			shown[c.Difference]++
		}
	}
	var want []conformance.Difference
	for _, d := range deviations() {
		if d.amend == nil && shown[d.name] == 0 {
			t.Errorf("no case shows the deviation %q", d.name)
		}
		want = append(want, conformance.Difference{What: d.what, Because: d.because, Cases: shown[d.name]})
		delete(shown, d.name)
	}
	delete(shown, "")
	for name := range shown {
		t.Errorf("cases show the deviation %q, which isn't listed", name)
	}
	const golden = "testdata/differences.json"
	if *update {
		writeJSON(t, golden, want)
	}
	got, err := conformance.Listed(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s; renew it with -update: (-want +got)\n%s", golden, diff)
	}
}

func writeJSON(t *testing.T, name string, v any) {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = os.WriteFile(name, append(raw, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
