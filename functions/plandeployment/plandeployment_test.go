package plandeployment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/functions/plandeployment"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/platform"
	"slipway/shared/step"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const file = `
project: storefront
packages: { web: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles:
  default:
    - { phase: development, environments: [dev], deploy: automatic, approval: { quorum: 1, approvers: [managers], timeout: 1h } }
    - { phase: live, environments: [production], deploy: on-request }
process:
  - { name: network, uses: cloudformation, with: { stack: network, package: web } }
  - { name: smoke, uses: script, shell: bash, run: "true" }
  - { name: database, uses: cloudformation, with: { stack: database, package: web } }
`

// A scene is release 1.4.0 of storefront on its way into an environment, and an AWS that
// tells what its steps would change.
type scene struct {
	deployment pipeline.Deployment
	release    pipeline.Release
	file       string
	now        time.Time
	previews   map[string]preview // by step
	asked      []step.Work
	kept       []pipeline.Plan
}

type preview struct {
	lines []string
	ready bool
	err   error
}

func newScene(environment string) *scene {
	s := &scene{file: file, now: noon, previews: map[string]preview{},
		release: pipeline.Release{Project: "storefront", Version: pipeline.MustVersion("1.4.0"), Number: 12, Channel: "stable", Document: "file"}}
	s.deployment, _ = pipeline.NewDeployment(s.release, environment, 1, pipeline.Requester{By: "manager1"}, noon)
	return s
}

func (s *scene) plan(since time.Time) (plandeployment.Output, error) {
	p := platform.Platform{Environments: []platform.Environment{{Name: "dev"}, {Name: "production"}}}
	now := func() time.Time { return s.now }
	h := plandeployment.New(s, planning.New(s, p, nil, now), s, s, now)
	return h.Handle(context.Background(), plandeployment.Input{Deployment: s.deployment.ID, PreviewingSince: since})
}

// Deployment implements [plandeployment.Store].
func (s *scene) Deployment(context.Context, pipeline.DeploymentID) (pipeline.Deployment, error) {
	return s.deployment, nil
}

// Release implements [plandeployment.Store].
func (s *scene) Release(context.Context, string, int) (pipeline.Release, error) {
	return s.release, nil
}

// Project implements [planning.Reader].
func (s *scene) Project(_ context.Context, name string) (pipeline.ProjectRecord, error) {
	return pipeline.ProjectRecord{Name: name, Document: "file"}, nil
}

// Document implements [planning.Reader].
func (s *scene) Document(context.Context, string, string) ([]byte, error) {
	return []byte(s.file), nil
}

// DeploymentsOf implements [planning.Reader].
func (*scene) DeploymentsOf(context.Context, string, int) ([]pipeline.Deployment, error) {
	return nil, nil
}

// Keep implements [plandeployment.Plans].
func (s *scene) Keep(_ context.Context, p pipeline.Plan) (string, error) {
	s.kept = append(s.kept, p)
	return p.Hash()
}

// Preview implements [plandeployment.Previewer].
func (s *scene) Preview(_ context.Context, _ string, w step.Work) (lines []string, ready bool, err error) {
	s.asked = append(s.asked, w)
	p := s.previews[w.Step]
	return p.lines, p.ready, p.err
}

func TestWhatStepsWouldChangeIsPartOfThePlan(t *testing.T) {
	s := newScene("dev")
	s.previews["network"] = preview{lines: []string{"Add Queue"}, ready: true}
	s.previews["database"] = preview{lines: []string{"Remove Table"}, ready: true}
	out, err := s.plan(time.Time{})
	if err != nil || out.Next != plandeployment.NextApproval || len(s.kept) != 1 {
		t.Fatalf("it comes to %+v, %v; %d plans are kept", out, err, len(s.kept))
	}
	kept := s.kept[0]
	if hash, err := kept.Hash(); err != nil || hash != out.Plan {
		t.Errorf("the plan %s is kept, %v, and %s told", hash, err, out.Plan)
	}
	if !slices.Equal(kept.Steps[0].Preview, []string{"Add Queue"}) || kept.Steps[1].Preview != nil || !slices.Equal(kept.Steps[2].Preview, []string{"Remove Table"}) {
		t.Errorf("the plan's steps are %+v", kept.Steps)
	}
	for _, w := range s.asked {
		if w.Execution != "storefront_12_dev_1" || w.Attempt != 1 || w.StartedBy != "manager1" || w.Release != "1.4.0" || w.Timeout <= 0 {
			t.Errorf("asked of %+v", w)
		}
	}
	s.deployment.Approvals = []pipeline.Approval{{Plan: out.Plan, By: "manager2", Decision: pipeline.DecisionApprove}}
	if again, err := s.plan(time.Time{}); err != nil || again.Next != plandeployment.NextGo || again.Plan != out.Plan {
		t.Errorf("once it is approved it comes to %+v, %v", again, err)
	}
	s.previews["network"] = preview{lines: []string{"Remove Queue"}, ready: true}
	if again, err := s.plan(time.Time{}); err != nil || again.Next != plandeployment.NextApproval || again.Plan == out.Plan {
		t.Errorf("once it would change something else it comes to %+v, %v", again, err)
	}
}

func TestADeploymentWaitsForWhatItsStepsWouldChange(t *testing.T) {
	busy := &step.Failure{Name: "StackBusy", Cause: "stack database is UPDATE_IN_PROGRESS"}
	for name, pending := range map[string]preview{"being made": {}, "busy": {err: busy}} {
		s := newScene("dev")
		s.previews["network"] = preview{lines: []string{"Add Queue"}, ready: true}
		s.previews["database"] = pending
		first, err := s.plan(time.Time{})
		if err != nil || first.Next != plandeployment.NextWait || !first.Until.Equal(noon.Add(5*time.Second)) || !first.PreviewingSince.Equal(noon) || len(s.asked) != 2 {
			t.Errorf("%s: at first it comes to %+v, %v", name, first, err)
		}
		s.now = first.Until
		second, err := s.plan(first.PreviewingSince)
		if err != nil || second.Next != plandeployment.NextWait || !second.Until.Equal(noon.Add(10*time.Second)) || !second.PreviewingSince.Equal(noon) {
			t.Errorf("%s: then it comes to %+v, %v", name, second, err)
		}
		s.now = noon.Add(5 * time.Minute)
		if out, err := s.plan(noon); !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), "database") || !strings.Contains(err.Error(), "promote the release again") {
			t.Errorf("%s: after five minutes it comes to %+v, %v", name, out, err)
		}
		s.previews["database"] = preview{lines: []string{"Remove Table"}, ready: true}
		if out, err := s.plan(noon); err != nil || out.Next != plandeployment.NextApproval || !out.PreviewingSince.IsZero() {
			t.Errorf("%s: told at last, it comes to %+v, %v", name, out, err)
		}
	}
}

func TestAStepThatWouldFailFailsThePlan(t *testing.T) {
	unreachable := errors.New("connection reset")
	for name, c := range map[string]struct{ err, is error }{
		"a template that is refused": {&step.Failure{Name: "ValidationError", Cause: "stack network: Template format error", Permanent: true}, pipeline.ErrRefused},
		"AWS that can't be reached":  {unreachable, unreachable},
	} {
		s := newScene("dev")
		s.previews["network"] = preview{err: c.err}
		out, err := s.plan(time.Time{})
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), "step network of storefront_12_dev_1: "+c.err.Error()) || len(s.kept) > 0 {
			t.Errorf("%s: it comes to %+v, %v", name, out, err)
		}
		if errors.Is(err, pipeline.ErrRefused) != (c.is == pipeline.ErrRefused) {
			t.Errorf("%s: whether it is worth another try is told wrongly: %v", name, err)
		}
	}
}

func TestADeploymentThatCannotStartIsNotPreviewed(t *testing.T) {
	s := newScene("production")
	if out, err := s.plan(time.Time{}); !errors.Is(err, pipeline.ErrRefused) || len(s.asked) > 0 {
		t.Errorf("it comes to %+v, %v; asked of %d steps", out, err, len(s.asked))
	}
}

func TestAProcessWithoutPreviewsIsPlannedAtOnce(t *testing.T) {
	s := newScene("dev")
	before, _, _ := strings.Cut(s.file, "process:")
	s.file = before + "process: [ { name: smoke, uses: script, shell: bash, run: \"true\" } ]"
	out, err := s.plan(time.Time{})
	if err != nil || out.Next != plandeployment.NextApproval || len(s.asked) > 0 {
		t.Errorf("it comes to %+v, %v; asked of %d steps", out, err, len(s.asked))
	}
}
