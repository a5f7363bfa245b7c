// Package runstep starts the steps of deployments.
package runstep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"slipway/events"
	"slipway/functions/plandeployment"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Runner starts steps.
type Runner interface {
	Start(ctx context.Context, kind string, w step.Work) (step.Outcome, error)
}

// Objects is where plans are kept.
type Objects interface {
	Read(ctx context.Context, l objects.Location) (io.ReadCloser, error)
}

// A Handler runs steps.
type Handler struct {
	steps    Steps
	runner   Runner
	objects  Objects
	bucket   string
	reporter *Reporter
	now      func() time.Time
}

// New returns a handler; bucket is the work bucket.
func New(steps Steps, runner Runner, o Objects, bucket string, reporter *Reporter, now func() time.Time) *Handler {
	return &Handler{steps, runner, o, bucket, reporter, now}
}

// An Input is one attempt at one step; token is answered when it has ended.
type Input struct {
	Deployment pipeline.DeploymentID `json:"deployment"`
	Step       string                `json:"step"`
	Attempt    int                   `json:"attempt"`
	Plan       string                `json:"plan"`
	Token      string                `json:"token"`
}

// Handle records that the attempt starts, and starts it. Work that is done at once
// is reported at once; other work reports by event. An attempt that has ended is
// not made again but answered again; one that was cut off goes on, as starting a
// step is repeatable.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	plan, err := h.plan(ctx, in.Plan)
	if err != nil {
		return struct{}{}, err
	}
	planned, err := plan.Step(in.Step)
	if err != nil {
		return struct{}{}, err
	}
	run, err := h.begin(ctx, in, planned.Kind)
	if err != nil {
		return struct{}{}, fmt.Errorf("start step %s of %s: %w", in.Step, in.Deployment, err)
	}
	if run.Status != pipeline.StatusRunning {
		run.Token = in.Token
		return struct{}{}, h.reporter.answer(ctx, run)
	}
	outcome, err := h.runner.Start(ctx, planned.Kind, work(plan, planned, in))
	result, err := Result(outcome, err)
	if err != nil {
		return struct{}{}, fmt.Errorf("start step %s of %s: %w", in.Step, in.Deployment, err)
	}
	if result.Error == "" && !outcome.Done {
		return struct{}{}, nil
	}
	return struct{}{}, h.reporter.Report(ctx, in.Deployment, in.Step, in.Attempt, result)
}

// plan reads the plan with that hash, and makes sure that it has it.
func (h *Handler) plan(ctx context.Context, hash string) (pipeline.Plan, error) {
	var plan pipeline.Plan
	body, err := h.objects.Read(ctx, objects.Location{Bucket: h.bucket, Key: plandeployment.Key(hash)})
	if err != nil {
		return plan, fmt.Errorf("read plan %s: %w", hash, err)
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&plan); err != nil {
		return plan, fmt.Errorf("read plan %s: %w", hash, err)
	}
	found, err := plan.Hash()
	if err == nil && found != hash {
		err = fmt.Errorf("plan %s has been changed where it is kept: its hash is %s: %w", hash, found, pipeline.ErrRefused)
	}
	return plan, err
}

// begin records the attempt and returns it: running, or as it ended before.
func (h *Handler) begin(ctx context.Context, in Input, kind string) (run pipeline.StepRun, err error) {
	err = h.steps.Change(ctx, pipeline.ProjectChain(in.Deployment.Project), func(ctx context.Context) (pipeline.Change, error) {
		d, err := h.steps.Deployment(ctx, in.Deployment)
		if err != nil {
			return pipeline.Change{}, err
		}
		if d.Plan != in.Plan {
			return pipeline.Change{}, fmt.Errorf("its plan is %s, not %s: %w", d.Plan, in.Plan, pipeline.ErrRefused)
		}
		known, err := h.steps.Step(ctx, in.Deployment, in.Step)
		switch {
		case err != nil && !errors.Is(err, pipeline.ErrNotFound):
			return pipeline.Change{}, err
		case known.Attempt > in.Attempt:
			return pipeline.Change{}, fmt.Errorf("attempt %d has followed attempt %d: %w", known.Attempt, in.Attempt, pipeline.ErrEnded)
		case known.Attempt == in.Attempt && known.Status != pipeline.StatusRunning:
			run = known
			return pipeline.Change{}, nil
		}
		started, event, err := d.StartStep(in.Step, kind, in.Attempt, in.Token, h.now())
		if err != nil {
			return pipeline.Change{}, err
		}
		change := pipeline.Change{By: pipeline.System}
		if known.Attempt == in.Attempt { // cut off: the same attempt, with a new token
			started.StartedAt = known.StartedAt
		} else {
			change.Events = []events.Event{event}
		}
		run, change.Steps = started, []pipeline.StepRun{started}
		return change, nil
	})
	return run, err
}

// work returns what the step kinds need to know of the attempt.
func work(plan pipeline.Plan, planned pipeline.PlannedStep, in Input) step.Work {
	w := step.Work{Execution: in.Deployment.String(), Project: in.Deployment.Project, Release: plan.Release.String(),
		Environment: in.Deployment.Environment, Step: in.Step, Attempt: in.Attempt, With: planned.With,
		Timeout: planned.Timeout(), Packages: map[string]step.Artifact{}}
	for _, v := range plan.Variables {
		w.Variables = append(w.Variables, step.Variable{Name: v.Name, Value: v.Value})
	}
	for _, p := range plan.Packages {
		w.Packages[p.Name] = step.Artifact{Version: p.Version.String(), Bucket: p.Location.Bucket, Repository: p.Location.Repository, Key: p.Location.Key,
			VersionID: p.Location.VersionID, Digest: p.Digest, Size: p.Location.Size}
	}
	return w
}
