package step_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"slipway/events"
	"slipway/shared/step"
)

// A place is an environment for steps whose work goes on elsewhere: a stack with a
// clock, timers that it keeps, and services of AWS that answer decides.
type place struct {
	*stack
	now    time.Time
	timers map[string]time.Time // by kind and name of the work
	calls  []any                // the requests to AWS
	answer func(request any) (any, error)
}

func newPlace(t *testing.T) *place {
	p := &place{stack: newStack(t), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), timers: map[string]time.Time{}}
	p.runner = step.New(step.Dependencies{Objects: p.objects, Builds: p, Accounts: p, Timers: p, WorkBucket: "work",
		Now: func() time.Time { return p.now }})
	return p
}

// Config implements [step.Accounts]: no request leaves its client.
func (p *place) Config(context.Context, step.Work) (aws.Config, error) {
	reply := func(_ context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		p.calls = append(p.calls, in.Parameters)
		result, err := p.answer(in.Parameters)
		return middleware.InitializeOutput{Result: result}, middleware.Metadata{}, err
	}
	return aws.Config{Region: "eu-central-1", APIOptions: []func(*middleware.Stack) error{func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Answer", reply), middleware.Before)
	}}}, nil
}

// Set implements [step.Timers].
func (p *place) Set(_ context.Context, kind, work string, at time.Time) error {
	p.timers[kind+" "+work] = at
	return nil
}

// Clear implements [step.Timers].
func (p *place) Clear(_ context.Context, kind, work string) error {
	delete(p.timers, kind+" "+work)
	return nil
}

// denied is the answer of a service to a caller without the right to that action.
func denied(action string) error {
	return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform " + action}
}

// attempt returns the first attempt at a step of an execution.
func attempt(execution, with string) step.Work {
	return step.Work{Execution: execution, Project: "storefront", Environment: "production", Step: "check", Attempt: 1,
		With: []byte(with), Timeout: time.Hour}
}

// start starts the kind; the error is fatal unless it is a failure of the step.
func (p *place) start(kind string, w step.Work) (step.Outcome, *step.Failure) {
	p.t.Helper()
	outcome, err := p.runner.Start(p.t.Context(), kind, w)
	return outcome, p.failure(err)
}

func (p *place) failure(err error) *step.Failure {
	p.t.Helper()
	var failure *step.Failure
	if err != nil && !errors.As(err, &failure) {
		p.t.Fatal(err)
	}
	return failure
}

// resume returns what the runner reports of an event, in the order of the executions.
func (p *place) resume(source, detailType, detail string) []string {
	p.t.Helper()
	reports, err := p.runner.Resume(p.t.Context(), events.Raw{Source: source, DetailType: detailType, Detail: []byte(detail)})
	if err != nil {
		p.t.Fatal(err)
	}
	var all []string
	for _, r := range reports {
		end := "done"
		if r.Err != nil {
			end = r.Err.Error()
		}
		all = append(all, fmt.Sprintf("%s/%s/%d %s", r.Attempt.Execution, r.Attempt.Step, r.Attempt.Attempt, end))
	}
	slices.Sort(all)
	return all
}

// due lets the timer of a kind's work come due.
func (p *place) due(kind, work string) []string {
	p.t.Helper()
	at, set := p.timers[kind+" "+work]
	if !set {
		p.t.Fatalf("no timer is set for %s %s, but %v", kind, work, p.timers)
	}
	p.now = at
	return p.resume(events.Source, step.TimerDue, fmt.Sprintf(`{"kind":%q,"work":%q}`, kind, work))
}
