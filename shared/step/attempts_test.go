package step_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"slipway/shared/step"
)

// ends are the ends of executions: true when the one with that id has ended.
type ends map[string]bool

// Over implements [step.Attempts].
func (e ends) Over(_ context.Context, a step.Attempt) (bool, error) { return e[a.Execution], nil }

// withAttempts gives the place a runner that knows which executions have ended.
func (p *place) withAttempts(e ends) {
	p.runner = step.New(step.Dependencies{Objects: p.objects, Accounts: p, Timers: p, Attempts: e, WorkBucket: "work", Images: registry{},
		Now: func() time.Time { return p.now }})
}

func TestAnAliasIsNotMovedForADeploymentThatHasEnded(t *testing.T) {
	w, over := newLambdaWorld(t), ends{}
	w.withAttempts(over)
	w.start("lambda", w.attempt(watched))
	w.untilMoved(1)
	over["storefront_1_production_1"] = true // its state machine was stopped
	if got := w.due("lambda", lambdaWork); len(got) > 0 || w.stands() != "6+7:0.1" {
		t.Errorf("it comes to %q; the alias stands for %s", got, w.stands())
	}
}

func TestAChangeSetIsNotExecutedForADeploymentThatHasEnded(t *testing.T) {
	s, over := newStacks(t, types.StackStatusCreateComplete), ends{}
	s.withAttempts(over)
	s.start("cloudformation", deploying(""))
	s.complete()
	over["storefront_1_production_1"] = true
	if got := s.lookAgain(); len(got) > 0 || s.asked("ExecuteChangeSet") > 0 {
		t.Errorf("it comes to %q after %d executions", got, s.asked("ExecuteChangeSet"))
	}
}
