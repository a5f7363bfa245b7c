package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"slipway/functions/api"
)

func TestCellsStayInTheirLine(t *testing.T) {
	for text, want := range map[string]string{"": none, "a": "a", "a\tb\nc": "a b c", "\x1b[31mred": " [31mred", "é—": "é—"} {
		if got := cell(text); got != want {
			t.Errorf("cell(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTimesAreLocalAndShort(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 5, 59, 1, time.UTC)
	if got, want := moment(new(at.Format(time.RFC3339Nano))), at.Local().Format(layout); got != want || short(time.Time{}) != "" || moment(nil) != "" {
		t.Errorf("moment = %q, want %q", got, want)
	}
	if got := moment(new("soon")); got != "soon" {
		t.Errorf("moment(soon) = %q", got)
	}
}

func TestEveryReasonHasItsOwnRow(t *testing.T) {
	got := statusTable([]api.Status{{Project: "p", Environments: []api.EnvironmentStatus{
		{Environment: "dev", Next: &api.Next{Release: "1.0.0", BlockedBy: []string{"one", "two"}}},
		{Environment: "live", Next: &api.Next{Release: "1.0.0"}},
	}}})
	want := `PROJECT  ENVIRONMENT  RELEASE  STATUS  FINISHED  NEXT   BLOCKED BY
p        dev          —        —       —         1.0.0  one
                                                        two
p        live         —        —       —         1.0.0  —
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestStepParametersAreReadable(t *testing.T) {
	with, err := json.Marshal(map[string]any{"run": "one\n\n\ttwo\n", "bucket": "site", "headers": []string{"a"}, "last": "x\n"})
	if err != nil {
		t.Fatal(err)
	}
	want := "bucket: site\nheaders: [\"a\"]\nlast: x\nrun:\n  one\n  \n   two"
	if got := strings.Join(parameters(with), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
