package applyproject_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway/functions/applyproject"
	"slipway/shared/pipeline"
	"slipway/shared/trigger"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A shop is a project with one runbook; it keeps what triggers are made of it.
type shop struct {
	runbook   pipeline.Runbook
	document  string
	paused    bool
	now       time.Time
	meanwhile []func()         // what happens while triggers are made, a call each
	made      []trigger.Wanted // at last
}

// Project implements [applyproject.Runbooks].
func (s *shop) Project(context.Context, string) (pipeline.ProjectRecord, error) {
	return pipeline.ProjectRecord{Name: "shop", Document: s.document}, nil
}

// Projects implements [applyproject.Runbooks].
func (s *shop) Projects(context.Context, string, int) ([]string, error) {
	return []string{"shop"}, nil
}

// Runbook implements [applyproject.Runbooks].
func (s *shop) Runbook(context.Context, string, string) (pipeline.RunbookState, error) {
	state := pipeline.RunbookState{Project: "shop", Runbook: s.runbook.Name}
	if s.paused {
		state.Paused = &pipeline.Pause{By: "manager1", At: noon}
	}
	return state, nil
}

// InForce implements [applyproject.Files].
func (s *shop) InForce(context.Context, string) (pipeline.Project, error) {
	return pipeline.Project{Name: "shop", Runbooks: []pipeline.Runbook{s.runbook}}, nil
}

// Sync implements [applyproject.Synchronizer].
func (s *shop) Sync(_ context.Context, _ string, runbooks []trigger.Wanted) error {
	if len(s.meanwhile) > 0 {
		s.meanwhile[0]()
		s.meanwhile = s.meanwhile[1:]
	}
	s.made = runbooks
	return nil
}

// triggers tells what triggers are made: the expression and how it stands.
func (s *shop) triggers(t *testing.T) string {
	t.Helper()
	err := applyproject.NewTriggers(s, s, s, func() time.Time { return s.now }).Sync(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, w := range s.made {
		all = append(all, fmt.Sprintf("%s paused %t over %t", w.Runbook.Schedule.Expression, w.Paused, w.Over))
	}
	return strings.Join(all, "; ")
}

func newShop(expression string) *shop {
	return &shop{document: "sha256:1", now: noon,
		runbook: pipeline.Runbook{Name: "tidy", Schedule: &pipeline.RunbookSchedule{Expression: expression, Timezone: "UTC"}}}
}

// TestTriggersAreOfWhatHoldsAtLast has the file or a pause change while triggers are made
// of what held before: what is made at last is of what holds then.
func TestTriggersAreOfWhatHoldsAtLast(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*shop)
		want   string
	}{
		"paused":  {func(s *shop) { s.paused = true }, "rate(1 hour) paused true over false"},
		"another": {func(s *shop) { s.document, s.runbook.Schedule.Expression = "sha256:2", "rate(2 hours)" }, "rate(2 hours) paused false over false"},
		"resumed": {func(s *shop) { s.paused = false }, "rate(1 hour) paused false over false"},
	} {
		s := newShop("rate(1 hour)")
		s.paused = what == "resumed"
		s.meanwhile = []func(){func() { c.change(s) }}
		if got := s.triggers(t); got != c.want {
			t.Errorf("%s meanwhile: %s, want %s", what, got, c.want)
		}
	}
}

func TestTriggersThatNeverComeToRestAreAConflict(t *testing.T) {
	s := newShop("rate(1 hour)")
	for range 100 {
		s.meanwhile = append(s.meanwhile, func() { s.paused = !s.paused })
	}
	err := applyproject.NewTriggers(s, s, s, func() time.Time { return noon }).Sync(t.Context(), "shop")
	if !errors.Is(err, pipeline.ErrConflict) {
		t.Errorf("error %v", err)
	}
}

func TestAScheduleStaysWhileItsLastSlotMayBeUnderWay(t *testing.T) {
	for after, want := range map[time.Duration]string{
		-time.Second:     "at(2026-11-22T12:00:00) paused false over false",
		0:                "at(2026-11-22T12:00:00) paused false over true",
		time.Hour:        "at(2026-11-22T12:00:00) paused false over true",
		25 * time.Hour:   "",
		9000 * time.Hour: "",
	} {
		s := newShop("at(2026-11-22T12:00:00)")
		s.now = noon.Add(after)
		if got := s.triggers(t); got != want {
			t.Errorf("%s after its slot: %q, want %q", after, got, want)
		}
	}
}
