package table_test

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

func TestALogOfSeveralPagesIsReadWhole(t *testing.T) {
	s := newStack(t)
	for i := range 25 { // of 60 kB each, when a page has 1 MB
		d, requested := deployment(i+1, "dev", 1)
		s.write(storefront, pipeline.Change{By: "manager1", Deployments: []pipeline.Deployment{d},
			Events: append(cancelled(strings.Repeat("x", 60_000)), requested)})
	}
	if all := s.audit(storefront); len(all) != 50 {
		t.Errorf("it has %d records, want 50", len(all))
	}
	page, _, err := s.Deployments(t.Context(), "storefront", 0, 25)
	if err != nil || len(page) != 25 || page[24].ID.Release != 1 {
		t.Errorf("it tells of %d deployments, %v", len(page), err)
	}
}

func TestTheDetailIsKeptByteForByte(t *testing.T) {
	s := newStack(t)
	e := events.DeploymentFailed{Error: "<&>", Cause: "a\n\u2028\"b\"\\ ä 🚢"}
	s.write(storefront, pipeline.Change{By: "<manager1>\n", Events: []events.Event{e}})
	want, err := json.Marshal(e)
	s.must(err)
	if a := s.audit(storefront)[0]; string(a.Detail) != string(want) || a.By != "<manager1>\n" {
		t.Errorf("it is %s by %q, want %s", a.Detail, a.By, want)
	}
}

func TestARecordThatIsDamagedIsNotDecoded(t *testing.T) {
	whole := func() map[string]any {
		return map[string]any{"chain": "project/x", "sequence": json.Number("1"), "type": "t", "at": "2026-11-22T12:00:00Z", "by": "b", "previous": "", "hash": "h", "detail": "{}"}
	}
	if a, err := table.DecodeEntry(whole()); err != nil || a.Sequence != 1 || string(a.Detail) != "{}" {
		t.Fatalf("a sound one is %+v, %v", a, err)
	}
	for name, value := range map[string]any{"detail": "{", "at": "yesterday", "sequence": "one", "chain": true} {
		damaged := whole()
		damaged[name] = value
		if a, err := table.DecodeEntry(damaged); err == nil {
			t.Errorf("with %s %v it is %+v", name, value, a)
		}
	}
	missing := whole()
	delete(missing, "detail")
	_, err := table.DecodeEntry(missing)
	(&stack{T: t}).wantError("without detail", err, pipeline.ErrInvalid)
}

func TestAuditRecordsAreToldByTheirKey(t *testing.T) {
	for key, want := range map[string]bool{"EVENT#000000000001": true, "EVENT#": false, "EVENT": false, "RELEASE#000000001": false, "": false} {
		if table.IsEvent(key) != want {
			t.Errorf("%q is one: %t", key, !want)
		}
	}
}

func TestATableThatIsNotThereIsAnErrorOfEveryCall(t *testing.T) {
	s := newStack(t)
	s.Table = table.Open(s.client, "gone", s.clock.Now)
	ctx, id := t.Context(), pipeline.DeploymentID{Project: "storefront", Release: 1, Environment: "dev", Attempt: 1}
	for what, call := range map[string]func() error{
		"Change":        func() error { return s.stale(pipeline.Change{Events: cancelled("x")}) },
		"Deployment":    func() error { _, err := s.Deployment(ctx, id); return err },
		"Environment":   func() error { _, err := s.Environment(ctx, "storefront", "dev"); return err },
		"Release":       func() error { _, err := s.Release(ctx, "storefront", 1); return err },
		"Releases":      func() error { _, err := s.Releases(ctx, "storefront", 0, 1); return err },
		"Deployments":   func() error { _, _, err := s.Deployments(ctx, "storefront", 0, 1); return err },
		"Audit":         func() error { _, err := s.Audit(ctx, storefront, 0, 1); return err },
		"Projects":      func() error { _, err := s.Projects(ctx, "", 1); return err },
		"Uses":          func() error { _, err := s.Uses(ctx, "web"); return err },
		"Sources":       func() error { _, err := s.Sources(ctx, "shop/api"); return err },
		"LatestPackage": func() error { _, err := s.LatestPackage(ctx, "web"); return err },
		"JoinApproval":  func() error { _, err := s.JoinApproval(ctx, execution, call()); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}
