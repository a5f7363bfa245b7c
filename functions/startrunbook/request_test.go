package startrunbook_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipway/functions/startrunbook"
	"slipway/shared/pipeline"
)

// byHand returns a person's request for a run in production.
func byHand(who string) startrunbook.Request {
	return startrunbook.Request{Project: "shop", Runbook: "nightly", Environment: "production", By: who}
}

func draft(who string) startrunbook.Request {
	r := byHand(who)
	r.Draft = true
	return r
}

func TestWhoMayRunARunbook(t *testing.T) {
	for name, c := range map[string]struct {
		runBy, draftBy []string
		request        startrunbook.Request
		want           string // why not
	}{
		"anybody":                         {nil, nil, byHand("visitor"), ""},
		"a member of run-by":              {[]string{"operators"}, nil, byHand("operator1"), ""},
		"a member of none of run-by":      {[]string{"operators"}, []string{"developers"}, byHand("developer1"), `"developer1" may not run nightly: run-by lists operators`},
		"a member of draft-by, a draft":   {[]string{"operators"}, []string{"developers"}, draft("developer1"), ""},
		"a member of run-by, a draft":     {[]string{"operators"}, []string{"developers"}, draft("operator1"), `"operator1" may not run the draft of nightly: draft-by lists developers`},
		"anybody, a draft":                {nil, nil, draft("visitor"), `"visitor" may not run the draft of nightly: draft-by lists nobody`},
		"a group that nobody is in":       {[]string{"managers"}, nil, byHand("operator1"), `"operator1" may not run nightly: run-by lists managers`},
		"the system, which is no trigger": {[]string{"operators"}, nil, byHand(pipeline.System), "may not run nightly"},
	} {
		b := newBench(t)
		b.runbook.RunBy, b.runbook.DraftBy = c.runBy, c.draftBy
		run, err := b.handler.Request(t.Context(), c.request)
		switch {
		case c.want == "" && (err != nil || run.RequestedBy != c.request.By || run.Draft != c.request.Draft || run.Trigger.Kind != pipeline.TriggerHand):
			t.Errorf("%s: the run is %+v, %v", name, run, err)
		case c.want != "" && (!errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		case c.want != "" && len(b.runs)+len(b.happened) > 0:
			t.Errorf("%s: it makes %q, and %q happened", name, b.ids(), b.types())
		}
	}
}

func TestARequestWithATokenTooLongToBeKnownByIsRefused(t *testing.T) {
	b := newBench(t)
	r := byHand("operator1")
	r.Occasion = "request operator1 " + strings.Repeat("x", 1000)
	if _, err := b.handler.Request(t.Context(), r); !errors.Is(err, pipeline.ErrInvalid) || len(b.runs) > 0 {
		t.Errorf("it makes %q, %v", b.ids(), err)
	}
}

func TestTriggersNeedNoGroup(t *testing.T) {
	b := newBench(t)
	b.runbook.RunBy = []string{"operators"}
	b.due(23)
	b.alarm("e1")
	if len(b.runs) != 2 {
		t.Errorf("they make %q", b.ids())
	}
}

func TestARunIsOfThePublishedVersion(t *testing.T) {
	published := &pipeline.Publication{Document: "sha256:published"}
	for name, c := range map[string]struct {
		publish   pipeline.Entry
		published *pipeline.Publication
		request   startrunbook.Request
		want      string
	}{
		"published by itself":          {pipeline.EntryAutomatic, nil, byHand("developer1"), "sha256:in-force"},
		"published by itself by now":   {pipeline.EntryAutomatic, published, byHand("developer1"), "sha256:in-force"},
		"published on request":         {pipeline.EntryOnRequest, published, byHand("developer1"), "sha256:published"},
		"published on request, draft":  {pipeline.EntryOnRequest, published, draft("developer1"), "sha256:in-force"},
		"never published, draft":       {pipeline.EntryOnRequest, nil, draft("developer1"), "sha256:in-force"},
		"never published":              {pipeline.EntryOnRequest, nil, byHand("developer1"), ""},
		"published on request, a slot": {pipeline.EntryOnRequest, published, startrunbook.Request{}, "sha256:published"},
	} {
		b := newBench(t)
		b.runbook.Publish, b.state.Published, b.runbook.DraftBy = c.publish, c.published, []string{"developers"}
		if c.request.By == "" {
			b.due(23)
		} else if _, err := b.handler.Request(t.Context(), c.request); (err == nil) != (c.want != "") {
			t.Errorf("%s: error %v", name, err)
		}
		switch {
		case c.want == "" && len(b.runs) > 0:
			t.Errorf("%s: it makes %q", name, b.ids())
		case c.want != "" && (len(b.planned) != 1 || b.planned[0].Document != c.want || b.runs[b.planned[0].Run].Document != c.want):
			t.Errorf("%s: planned is %+v, and the runs are %+v; want them of %s", name, b.planned, b.runs, c.want)
		}
	}
}

func TestAPauseHoldsNobodyUp(t *testing.T) {
	b := newBench(t)
	b.state.Paused = &pipeline.Pause{By: "operator1"}
	if _, err := b.handler.Request(t.Context(), byHand("operator1")); err != nil {
		t.Error(err)
	}
}

func TestValuesArePlanned(t *testing.T) {
	b := newBench(t)
	b.runbook.Prompts = []pipeline.Prompt{{Name: "REASON", Label: "Why", Required: true}}
	r := byHand("operator1")
	if _, err := b.handler.Request(t.Context(), r); !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(fmt.Sprint(err), "needs a value REASON (Why)") {
		t.Errorf("without the value it comes to %v", err)
	}
	r.Values = map[string]string{"REASON": "it leaks"}
	if _, err := b.handler.Request(t.Context(), r); err != nil || b.planned[len(b.planned)-1].Values["REASON"] != "it leaks" {
		t.Errorf("planned is %+v, %v", b.planned, err)
	}
	if got := b.ids(); !slices.Equal(got, []string{"shop_nightly_1"}) {
		t.Errorf("the runs are %q", got)
	}
}

func TestARequestWithATokenIsMadeOnce(t *testing.T) {
	b := newBench(t)
	r := byHand("operator1")
	r.Occasion = "token abc"
	first, err := b.handler.Request(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.handler.Request(t.Context(), r)
	if err != nil || again.ID != first.ID || len(b.runs) != 1 {
		t.Errorf("again it comes to %+v, %v; want %s", again, err, first.ID)
	}
	clear(b.runs)
	if _, err := b.handler.Request(t.Context(), r); !errors.Is(err, pipeline.ErrNotFound) || len(b.runs) > 0 {
		t.Errorf("after its run is forgotten it comes to %v, and the runs are %q", err, b.ids())
	}
}

func TestARequestWithoutATokenIsARunEachTime(t *testing.T) {
	b := newBench(t)
	for _, want := range []pipeline.Status{pipeline.StatusRunning, pipeline.StatusQueued} {
		run, err := b.handler.Request(t.Context(), byHand("operator1"))
		if err != nil || run.Status != want {
			t.Errorf("the run is %+v, %v; want it %s", run, err, want)
		}
	}
	if len(b.occasions) > 0 {
		t.Errorf("kept are %v", b.occasions)
	}
}

func TestARequestThatIsRefusedMayBeMadeAgain(t *testing.T) {
	b := newBench(t)
	b.hold()
	b.runbook.Concurrency = pipeline.ConcurrencySkip
	r := byHand("operator1")
	r.Occasion = "token abc"
	if _, err := b.handler.Request(t.Context(), r); !errors.Is(err, pipeline.ErrRefused) || len(b.happened) > 0 {
		t.Errorf("while another goes on it comes to %v, and %q happened", err, b.types())
	}
	b.state.Active = nil
	if _, err := b.handler.Request(t.Context(), r); err != nil {
		t.Error(err)
	}
}

func TestWhatDoesNotRunIsRefusedByName(t *testing.T) {
	b := newBench(t)
	elsewhere := byHand("operator1")
	elsewhere.Environment = "dev"
	if _, err := b.handler.Request(t.Context(), elsewhere); !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(fmt.Sprint(err), "runbook nightly does not run in dev, but in production") {
		t.Errorf("elsewhere it comes to %v", err)
	}
	b.gone = true
	if _, err := b.handler.Request(t.Context(), byHand("operator1")); !errors.Is(err, pipeline.ErrNotFound) || !strings.Contains(fmt.Sprint(err), "the project file of shop has no runbook nightly") {
		t.Errorf("without its runbook it comes to %v", err)
	}
}
