package lockenvironment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/functions/lockenvironment"
	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

var queued = pipeline.DeploymentID{Project: "shop", Release: 2, Environment: "production", Attempt: 1}

// A store in which the environment is handed over between the first two reads.
type store struct{ reads int }

func (s *store) handedOver() bool {
	s.reads++
	return s.reads > 1
}

func (s *store) Deployment(_ context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error) {
	d := pipeline.Deployment{ID: id, Version: pipeline.MustVersion("1.0.0"), Status: pipeline.StatusQueued, Token: "lost", Plan: "sha256:a"}
	if s.handedOver() {
		d.Status = pipeline.StatusRunning
	}
	return d, nil
}

func (s *store) Environment(_ context.Context, project, name string) (pipeline.Environment, error) {
	e := pipeline.Environment{Project: project, Name: name, Queue: []pipeline.DeploymentID{queued},
		Holder: pipeline.DeploymentID{Project: project, Release: 1, Environment: name, Attempt: 1}}
	if s.handedOver() {
		e.Holder, e.Queue = queued, nil
	}
	return e, nil
}

func (*store) Release(context.Context, string, int) (pipeline.Release, error) {
	return pipeline.Release{}, nil
}

// Change refuses to write what was decided while the environment changed hands, as
// the table does, and decides anew.
func (s *store) Change(ctx context.Context, _ pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	c, err := decide(ctx)
	if err == nil && !c.Empty() {
		_, err = decide(ctx)
	}
	return err
}

// answers are the tokens that were answered with success.
type answers []string

func (a *answers) Succeed(_ context.Context, token string, _ any) error {
	*a = append(*a, token)
	return nil
}

func (*answers) Fail(context.Context, string, string, string) error { return nil }

func TestAHandoverDuringARetryIsToldToTheNewToken(t *testing.T) {
	var answered answers
	h := lockenvironment.New(&store{}, nil, nil, &answered, func() time.Time { return time.Time{} })
	_, err := h.Handle(t.Context(), lockenvironment.Input{Deployment: queued, Plan: "sha256:a", Token: "new"})
	if err != nil || len(answered) != 1 || answered[0] != "new" {
		t.Errorf("answered are %q, %v; the deployment has its environment and sleeps on", answered, err)
	}
}

// A free store has an environment that nobody holds, and keeps what is written.
type free struct{ written []pipeline.Change }

func (*free) Deployment(_ context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error) {
	return pipeline.Deployment{ID: id, Version: pipeline.MustVersion("1.0.0"), Status: pipeline.StatusRequested}, nil
}

func (*free) Environment(_ context.Context, project, name string) (pipeline.Environment, error) {
	return pipeline.Environment{Project: project, Name: name}, nil
}

func (*free) Release(context.Context, string, int) (pipeline.Release, error) {
	return pipeline.Release{}, nil
}

func (f *free) Change(ctx context.Context, _ pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	c, err := decide(ctx)
	if err == nil && !c.Empty() {
		f.written = append(f.written, c)
	}
	return err
}

// A forecast is what would be planned by now; no step of it shows what it changes.
type forecast planning.Proposal

func (f forecast) Propose(context.Context, pipeline.Deployment, pipeline.Release) (planning.Proposal, error) {
	return planning.Proposal(f), nil
}

func (forecast) Previewed(_ context.Context, p planning.Proposal, _ string) (planning.Proposal, error) {
	return p, nil
}

func TestADeploymentStartsOnlyWithItsPlanAndThroughOpenGates(t *testing.T) {
	for name, c := range map[string]struct {
		now  forecast
		says string // "": it starts
	}{
		"nothing changed":       {now: forecast{Hash: "sha256:a"}},
		"the plan changed":      {forecast{Hash: "sha256:b"}, "its plan is sha256:b by now, no longer sha256:a"},
		"a gate closed":         {forecast{Hash: "sha256:a", Verdicts: []gate.Verdict{{Gate: "phase", State: gate.Closed, Reason: "staging failed"}}}, "staging failed"},
		"a gate asks to wait":   {forecast{Hash: "sha256:a", Verdicts: []gate.Verdict{{Gate: "soak", State: gate.Waiting, Reason: "it soaks"}}}, "it soaks"},
		"an approval is wanted": {forecast{Hash: "sha256:a", Verdicts: []gate.Verdict{{Gate: "approval", State: gate.Approval, Reason: "nobody approved"}}}, "nobody approved"},
	} {
		var kept free
		var answered answers
		h := lockenvironment.New(&kept, c.now, c.now, &answered, func() time.Time { return time.Time{} })
		_, err := h.Handle(t.Context(), lockenvironment.Input{Deployment: queued, Plan: "sha256:a", Token: "token"})
		if c.says == "" {
			if err != nil || len(kept.written) != 1 || kept.written[0].Environments[0].Holder != queued || len(answered) != 1 {
				t.Errorf("%s: %v; written is %+v, answered %q", name, err, kept.written, answered)
			}
			continue
		}
		if !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), c.says) || len(kept.written) > 0 || len(answered) > 0 {
			t.Errorf("%s: %v; written is %+v, answered %q", name, err, kept.written, answered)
		}
	}
}
