package main

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/cmd/slipway/client"
	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A log is an audit log, which is read one record at a time.
type log []pipeline.AuditEntry

func (l log) Audit(_ context.Context, _ string, p client.Page) (api.AuditList, error) {
	after := 0
	if p.Cursor != "" {
		var err error
		if after, err = strconv.Atoi(p.Cursor); err != nil {
			return api.AuditList{}, err
		}
	}
	if after == len(l) {
		return api.AuditList{Records: []pipeline.AuditEntry{}}, nil
	}
	return api.AuditList{Records: l[after : after+1], Cursor: strconv.Itoa(after + 1)}, nil
}

// sealed returns a chain of n records.
func sealed(t *testing.T, chain pipeline.Chain, n int) log {
	t.Helper()
	var all log
	var previous events.Record
	for range n {
		r, err := pipeline.Seal(chain, previous, events.RunbookResumed{Project: "shop", Runbook: "nightly"}, "ann", time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		all, previous = append(all, r), r.Record
	}
	return all
}

func TestTheAuditIsVerified(t *testing.T) {
	whole := func(l log) log { return l }
	for _, test := range []struct {
		name   string
		cursor string
		change func(log) log
		want   string // on the standard error output, or the error
	}{
		{"a chain", "", whole, "records 1 to 4 are intact, and each follows the one before it\n"},
		{"the rest of a chain", "2", whole, "records 3 to 4 are intact, and each follows the one before it\n"},
		{"nothing", "4", whole, ""},
		{"another author", "", func(l log) log { l[2].By = "eve"; return l }, "audit record project/shop/3: its content does not fit its hash"},
		{"another detail", "2", func(l log) log { l[3].Detail = []byte("{}"); return l }, "audit record project/shop/4: its content does not fit its hash"},
		{"a record that is missing", "", func(l log) log { return append(l[:1], l[2:]...) }, "audit record project/shop/3: it does not follow record 1"},
		{"a beginning that is missing", "", func(l log) log { return l[1:] }, "audit record project/shop/2: it does not follow record 0"},
		{"a beginning that is missing after a cursor", "1", func(l log) log { return append(l[:1], l[2:]...) }, "audit record project/shop/3: it does not follow record 1"},
		{"another project's", "", func(log) log { return sealed(t, pipeline.ProjectChain("other"), 1) }, "audit record project/other/1 is not of project/shop"},
	} {
		l := test.change(sealed(t, pipeline.ProjectChain("shop"), 4))
		var out, errOut strings.Builder
		err := audit(t.Context(), l, &out, &errOut, formatTable, "shop", selection{Page: client.Page{Cursor: test.cursor}, all: true})
		if got := errOut.String() + message(err); got != test.want {
			t.Errorf("%s: told %q, want %q", test.name, got, test.want)
		}
		if err != nil && exitCode(err) != exitFailed {
			t.Errorf("%s: exit code %d, want %d", test.name, exitCode(err), exitFailed)
		}
		if !strings.HasPrefix(out.String(), "RECORD ") {
			t.Errorf("%s: printed %q", test.name, &out)
		}
	}
}

func TestTheAuditTellsOfItsOwnProject(t *testing.T) {
	got := auditTable("shop", sealed(t, pipeline.ProjectChain("shop"), 1))
	if !strings.HasSuffix(got, "  ann  runbook.resumed.v1  runbook nightly resumed\n") {
		t.Errorf("got\n%s", got)
	}
}
