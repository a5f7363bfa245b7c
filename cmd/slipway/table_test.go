package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"slipway/functions/api"
	"slipway/shared/pipeline"
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

func TestThePlanShowsWhereItGoes(t *testing.T) {
	all := pipeline.PlannedTarget{Name: "production", Account: "111122223333", Region: "eu-central-1", Role: "slipway-deploy", Endpoint: "http://127.0.0.1:5000"}
	for want, given := range map[string]pipeline.PlannedTarget{
		"dev": {Name: "dev"},
		"production, account 111122223333, Region eu-central-1, role slipway-deploy, endpoint http://127.0.0.1:5000": all,
	} {
		if got := target(given); got != want {
			t.Errorf("target(%+v) = %q, want %q", given, got, want)
		}
	}
}

func TestStepsStandInTheOrderOfTheirStarts(t *testing.T) {
	got := stepsText([]api.Step{
		{Step: "confirm", Kind: "approval", Attempt: 1, Status: "running", StartedAt: new("2026-11-22T09:00:01.5Z"), Asked: &api.Asked{Quorum: 2, Approvers: []string{"ops", "leads"}}},
		{Step: "look", Kind: "script", Attempt: 2, Status: "succeeded", StartedAt: new("2026-11-22T09:00:01Z"), Outputs: map[string]string{"errors": "12", "since": "08:50"}},
		{Step: "try", Kind: "script", Attempt: 1, Status: "failed", StartedAt: new("2026-11-22T09:00:02Z"), Error: "ScriptFailed", Cause: "exit status 1"},
	})
	place := -1
	for _, want := range []string{"look", "errors=12 since=08:50", "confirm", "asks 2 of ops and leads", "try", "ScriptFailed: exit status 1"} {
		at := strings.Index(got, want)
		if at <= place {
			t.Errorf("%q is not where it belongs in\n%s", want, got)
		}
		place = at
	}
}
