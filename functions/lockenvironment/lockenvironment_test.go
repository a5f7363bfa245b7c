package lockenvironment_test

import (
	"context"
	"testing"
	"time"

	"slipway/functions/lockenvironment"
	"slipway/shared/pipeline"
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
