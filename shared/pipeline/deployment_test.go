package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

// moves lists which status may follow which. Every pair that is not here is refused.
const moves = `
requested          awaiting-approval queued running failed cancelled superseded
awaiting-approval  awaiting-approval queued running failed cancelled rejected superseded
queued             running failed cancelled superseded
running            succeeded failed cancelled
succeeded
failed
cancelled
rejected
superseded`

// bring does what brings a deployment to a status, and returns it.
func bring(d pipeline.Deployment, to pipeline.Status) (pipeline.Deployment, []events.Event, error) {
	e := pipeline.Environment{Project: "storefront", Name: "dev"}
	if d.Status == pipeline.StatusRunning {
		e.Holder = d.ID
	}
	last := func(changed []pipeline.Deployment, happened []events.Event, err error) (pipeline.Deployment, []events.Event, error) {
		if err != nil || len(changed) == 0 {
			return d, nil, err
		}
		return changed[len(changed)-1], happened, nil
	}
	switch to {
	case pipeline.StatusAwaitingApproval:
		event, err := d.Ask("sha256:plan", "token", pipeline.Asked{Quorum: 1, Groups: []string{"managers"}}, events.ApprovalStart{})
		return d, []events.Event{event}, err
	case pipeline.StatusRejected:
		d.Plan, d.Asked = "sha256:plan", &pipeline.Asked{Quorum: 1, Groups: []string{"managers"}}
		happened, err := d.Decide(pipeline.Approval{Plan: d.Plan, By: "manager1", Decision: pipeline.DecisionReject, At: at(1)}, []string{"manager1"})
		return d, happened, err
	case pipeline.StatusQueued:
		e.Holder = deployment(9, "dev", pipeline.StatusRunning).ID
		return last(e.Acquire(d, "sha256:plan", "token", nil, at(1)))
	case pipeline.StatusRunning:
		e.Holder = pipeline.DeploymentID{}
		return last(e.Acquire(d, "sha256:plan", "token", nil, at(1)))
	case pipeline.StatusSuperseded:
		e.Holder = pipeline.DeploymentID{}
		e.Current = &pipeline.Deployed{Deployment: deployment(9, "dev", pipeline.StatusSucceeded).ID}
		return last(e.Acquire(d, "sha256:plan", "token", nil, at(1)))
	}
	return last(e.Finish(d, pipeline.Outcome{Status: to, Error: "StepFailed", Cause: "exit status 1"}, nil, at(1)))
}

func TestEveryPairOfStatusesIsAllowedOrRefused(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(moves), "\n") {
		words := strings.Fields(line)
		from := pipeline.Status(words[0])
		for _, to := range statuses()[1:] { // nothing leads back to requested
			before := deployment(1, "dev", from)
			after, happened, err := bring(before, to)
			switch {
			case from.Terminal():
				if !errors.Is(err, pipeline.ErrEnded) || after.Status != from {
					t.Errorf("%s to %s: %s, %v; want ErrEnded", from, to, after.Status, err)
				}
			case slices.Contains(words[1:], string(to)):
				if err != nil || after.Status != to || len(happened) == 0 {
					t.Errorf("%s to %s: %s, %v, with %q", from, to, after.Status, err, types(happened))
				}
			default:
				if !errors.Is(err, pipeline.ErrRefused) || after.Status != from {
					t.Errorf("%s to %s: %s, %v; want ErrRefused", from, to, after.Status, err)
				}
			}
		}
	}
}

func TestTheLastFiveStatusesAreTerminal(t *testing.T) {
	for i, s := range statuses() {
		if s.Terminal() != (i >= 4) {
			t.Errorf("%s is terminal: %t", s, s.Terminal())
		}
	}
}

func TestADeploymentEndsOnlyInSuccessFailureOrCancellation(t *testing.T) {
	for _, from := range []pipeline.Status{pipeline.StatusAwaitingApproval, pipeline.StatusQueued, pipeline.StatusRunning} {
		for _, outcome := range []pipeline.Status{"", "done", pipeline.StatusRunning, pipeline.StatusRejected, pipeline.StatusSuperseded} {
			var e pipeline.Environment
			_, _, err := e.Finish(deployment(1, "dev", from), pipeline.Outcome{Status: outcome}, nil, at(1))
			wantError(t, string(from)+" with outcome "+string(outcome), err, pipeline.ErrInvalid)
		}
	}
}

func TestAnEndTellsWhenAndWhy(t *testing.T) {
	d := deployment(1, "dev", pipeline.StatusRunning)
	for _, c := range []struct {
		outcome pipeline.Outcome
		reason  string
		event   events.Event
	}{
		{pipeline.Outcome{Status: pipeline.StatusSucceeded}, "", events.DeploymentSucceeded{Deployment: d.Subject()}},
		{pipeline.Outcome{Status: pipeline.StatusFailed, Error: "StepFailed", Cause: "exit status 1"}, "StepFailed: exit status 1",
			events.DeploymentFailed{Deployment: d.Subject(), Error: "StepFailed", Cause: "exit status 1"}},
		{pipeline.Outcome{Status: pipeline.StatusCancelled, Cause: "stopped"}, "stopped",
			events.DeploymentCancelled{Deployment: d.Subject(), Cause: "stopped"}},
	} {
		e := pipeline.Environment{Project: "storefront", Name: "dev", Holder: d.ID, Fence: 1}
		changed, happened, err := e.Finish(d, c.outcome, nil, at(5))
		must(t, err)
		if got := changed[0]; got.Reason != c.reason || !got.FinishedAt.Equal(at(5)) || happened[0] != c.event {
			t.Errorf("%s: reason %q at %s with %+v", c.outcome.Status, got.Reason, got.FinishedAt, happened[0])
		}
	}
}

func TestADeploymentIsAutomaticWhenTheSystemAsksForIt(t *testing.T) {
	for by, automatic := range map[string]bool{pipeline.System: true, "manager1": false} {
		d, event := pipeline.NewDeployment(release(3), "dev", 2, pipeline.Requester{By: by}, noon)
		requested := events.DeploymentRequested{Deployment: events.Deployment{Deployment: "storefront_3_dev_2", Project: "storefront", Release: "1.3.0", Environment: "dev"}, Automatic: automatic}
		if d.Automatic != automatic || d.RequestedBy != by || d.Status != pipeline.StatusRequested || event != requested {
			t.Errorf("by %s: %+v with %+v", by, d, event)
		}
	}
}
